// Links between cases, and from a case to something else.
import { assert, check, readable, refused } from "../check.mjs";
import { createCase, createProject } from "../connect.mjs";

export default async function links(api) {
  const project = await createProject(api);
  const [parent, child] = [await createCase(api, project, "Outage"), await createCase(api, project, "Symptom")];
  const link = (parentEntityId, childEntityId, relationship = "PARENT_OF", childEntityType = "CASE") =>
    api.cases.createCaseLink({
      body: {
        data: { type: "link", attributes: { parentEntityType: "CASE", parentEntityId, childEntityType, childEntityId, relationship } },
      },
    });
  const list = (entityId) => api.cases.listCaseLinks({ entityType: "CASE", entityId });

  const made = await check("two cases are linked", async () => {
    const answer = await link(parent.id, child.id);
    readable(answer);
    assert.equal(answer.data.attributes.parentEntityId, parent.id);
    assert.equal(answer.data.attributes.relationship, "PARENT_OF");
    return answer.data;
  });

  await check("the link is listed at both ends", async () => {
    for (const end of [parent, child]) {
      const answer = await list(end.id);
      readable(answer);
      assert.deepEqual(answer.data.map((one) => one.id), [made.id]);
    }
  });

  await check("a circle, a repetition and an unknown case are refused", async () => {
    await refused(400, () => link(child.id, parent.id));
    await refused(400, () => link(parent.id, child.id));
    await refused(404, () => link(parent.id, "3c7a3f30-0000-4000-8000-000000000000"));
  });

  await check("a case is linked to an incident", async () => {
    const answer = await link(parent.id, "3c7a3f30-0000-4000-8000-000000000001", "ESCALATES_TO", "INCIDENT");
    assert.equal(answer.data.attributes.childEntityType, "INCIDENT");
  });

  await check("a link is deleted once", async () => {
    await api.cases.deleteCaseLink({ linkId: made.id });
    assert.deepEqual((await list(child.id)).data, []);
    await refused(404, () => api.cases.deleteCaseLink({ linkId: made.id }));
  });
}
