// Saved views of a project.
import { assert, check, readable, refused } from "../check.mjs";
import { createProject } from "../connect.mjs";

const unknown = "3c7a3f30-0000-4000-8000-000000000000";

export default async function views(api) {
  const project = await createProject(api);
  const create = (attributes) => api.cases.createCaseView({ body: { data: { type: "view", attributes } } });

  const view = await check("a view is made", async () => {
    const made = await create({ name: "Open bugs", projectId: project.id, query: "status:open" });
    readable(made);
    assert.equal(made.data.attributes.query, "status:open");
    assert.equal(made.data.relationships.project.data.id, project.id);
    return made.data;
  });

  await check("a query that cannot be read is refused", () =>
    refused(400, () => create({ name: "Broken", projectId: project.id, query: "status:(" })));

  await check("an unknown project is 404", async () => {
    await refused(404, () => create({ name: "Nowhere", projectId: unknown, query: "" }));
    await refused(404, () => api.cases.listCaseViews({ projectId: unknown }));
  });

  await check("a view is listed and read", async () => {
    const listed = await api.cases.listCaseViews({ projectId: project.id });
    readable(listed);
    assert.deepEqual(listed.data.map((one) => one.id), [view.id]);
    assert.equal((await api.cases.getCaseView({ viewId: view.id })).data.attributes.name, "Open bugs");
  });

  await check("a view is changed where something is given", async () => {
    const changed = await api.cases.updateCaseView({
      viewId: view.id,
      body: { data: { type: "view", attributes: { name: "Ours" } } },
    });
    readable(changed);
    assert.equal(changed.data.attributes.name, "Ours");
    assert.equal(changed.data.attributes.query, "status:open");
  });

  await check("a view is deleted, once", async () => {
    await api.cases.deleteCaseView({ viewId: view.id });
    await refused(404, () => api.cases.getCaseView({ viewId: view.id }));
    await refused(404, () => api.cases.deleteCaseView({ viewId: view.id }));
  });
}
