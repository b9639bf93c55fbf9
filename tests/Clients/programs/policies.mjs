// Restriction policies: create, read, replace, delete, and what is refused.
import { assert, check, readable, refused } from "../check.mjs";
import { createCase, createProject } from "../connect.mjs";

export default async function policies(api) {
  const me = (await (await api.plain("GET", "/api/v2/current_user")).json()).data;
  const project = await createProject(api, "Restricted");
  const resourceId = `case-management-project:${project.id}`;
  const policy = (...bindings) => ({ data: { id: resourceId, type: "restriction_policy", attributes: { bindings } } });
  const managers = { relation: "manager", principals: [`user:${me.id}`] };

  await check("a project has no policy at first", async () => {
    const answer = await api.policies.getRestrictionPolicy({ resourceId });
    readable(answer);
    assert.equal(answer.data.id, resourceId);
    assert.deepEqual(answer.data.attributes.bindings, []);
  });

  await check("a policy is set and read", async () => {
    const org = `org:${me.relationships.org.data.id}`;
    const answer = await api.policies.updateRestrictionPolicy({ resourceId, body: policy(managers, { relation: "viewer", principals: [org] }) });
    readable(answer);
    const read = await api.policies.getRestrictionPolicy({ resourceId });
    assert.deepEqual(read.data.attributes.bindings.map((binding) => [binding.relation, binding.principals]), [["viewer", [org]], ["manager", managers.principals]]);
    assert.equal((await api.cases.getProject({ projectId: project.id })).data.attributes.restricted, true);
  });

  await check("a manager goes on working", async () => {
    const made = await createCase(api, project, "Seen by managers");
    readable(await api.cases.getCase({ caseId: made.id }));
  });

  await check("a policy that locks its maker out is refused", () =>
    refused(400, () => api.policies.updateRestrictionPolicy({ resourceId, body: policy({ relation: "viewer", principals: managers.principals }) })));

  await check("with allow_self_lockout an administrator may do so, and is a stranger then", async () => {
    await api.policies.updateRestrictionPolicy({
      resourceId,
      allowSelfLockout: true,
      body: policy({ relation: "viewer", principals: managers.principals }),
    });
    await refused(403, () => api.cases.updateProject({
      projectId: project.id,
      body: { data: { type: "project", attributes: { name: "Mine" } } },
    }));
    await refused(403, () => createCase(api, project, "Not mine to open"));
  });

  await check("a resource of another type is refused", () =>
    refused(400, () => api.policies.getRestrictionPolicy({ resourceId: "dashboard:abc-def-ghi" })));

  await check("a deleted policy opens the project", async () => {
    await api.policies.deleteRestrictionPolicy({ resourceId });
    assert.equal((await api.cases.getProject({ projectId: project.id })).data.attributes.restricted, false);
    await api.cases.deleteProject({ projectId: project.id });
  });
}
