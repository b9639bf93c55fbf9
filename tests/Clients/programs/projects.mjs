// Projects: create, read, list, change, delete.
import { assert, check, readable, refused } from "../check.mjs";
import { createCase, createProject } from "../connect.mjs";

export default async function projects(api) {
  const project = await check("a project is created", async () => {
    const created = await createProject(api, "Network operations");
    readable(created);
    assert.equal(created.type, "project");
    assert.equal(created.attributes.name, "Network operations");
    assert.match(created.attributes.key, /^N[A-Z]{7}$/);
    return created;
  });

  await check("the project is read by id", async () => {
    const answer = await api.cases.getProject({ projectId: project.id });
    readable(answer);
    assert.equal(answer.data.attributes.key, project.attributes.key);
  });

  await check("the project is in the list", async () => {
    const answer = await api.cases.getProjects();
    readable(answer);
    assert.ok(answer.data.some((one) => one.id === project.id));
  });

  await check("the project's name is changed and its key stays", async () => {
    const answer = await api.cases.updateProject({
      projectId: project.id,
      body: { data: { type: "project", attributes: { name: "Network" } } },
    });
    assert.equal(answer.data.attributes.name, "Network");
    const read = await api.cases.getProject({ projectId: project.id });
    assert.equal(read.data.attributes.name, "Network");
    assert.equal(read.data.attributes.key, project.attributes.key);
  });

  await check("a section of the settings is changed and the rest stays", async () => {
    const before = (await api.cases.getProject({ projectId: project.id })).data.attributes.settings;
    const answer = await api.cases.updateProject({
      projectId: project.id,
      body: {
        data: {
          type: "project",
          attributes: { settings: { autoCloseInactiveCases: { enabled: true, maxInactiveTimeInSecs: 604800 } } },
        },
      },
    });
    readable(answer);
    assert.equal(answer.data.attributes.settings.autoCloseInactiveCases.maxInactiveTimeInSecs, 604800);
    assert.deepEqual(answer.data.attributes.settings.notification, before.notification);
  });

  await check("a taken key is refused", async () => {
    await refused(400, () =>
      api.cases.createProject({
        body: { data: { type: "project", attributes: { key: project.attributes.key, name: "Again" } } },
      }));
  });

  await check("a deleted project is gone with its cases", async () => {
    const orphan = await createCase(api, project, "Goes with its project");
    await api.cases.deleteProject({ projectId: project.id });
    await refused(404, () => api.cases.getProject({ projectId: project.id }));
    await refused(404, () => api.cases.getCase({ caseId: orphan.id }));
  });
}
