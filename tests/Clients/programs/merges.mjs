// What the service has beside the public contract, as a public client meets it: merged cases, tasks, templates.
import { assert, check, readable, refused } from "../check.mjs";
import { createCase, createProject, standardType } from "../connect.mjs";

export default async function merges(api) {
  const project = await createProject(api);
  const [original, duplicate] = [await createCase(api, project, "Original"), await createCase(api, project, "Duplicate")];
  const send = async (status, method, path, body) => {
    const answer = await api.plain(method, path, body && JSON.stringify({ data: body }));
    assert.equal(answer.status, status, `${method} ${path}: ${await answer.clone().text()}`);
    return status === 204 ? undefined : (await answer.json()).data;
  };
  const post = (path, type, attributes, status = 200) => send(status, "POST", path, { type, attributes });

  await check("a public client that asks for a merged case gets the one that it went into", async () => {
    await post(`/api/v2/cases/${duplicate.id}/merge`, "case", { into_id: original.id });
    for (const caseId of [duplicate.id, duplicate.attributes.key]) {
      const answer = await api.cases.getCase({ caseId });
      readable(answer);
      assert.equal(answer.data.id, original.id);
    }
    readable(await api.cases.searchCases({ filter: `project_id:${project.id}` }));
    assert.equal((await api.cases.searchCases({ filter: `project_id:${project.id}` })).data.length, 1);
  });

  await check("a merged case is not changed, and is itself again when the merge is undone", async () => {
    const change = { caseId: duplicate.id, body: { data: { type: "case", attributes: { title: "x" } } } };
    await refused(400, () => api.cases.updateCaseTitle(change));
    await send(200, "POST", `/api/v2/cases/${duplicate.id}/unmerge`, { type: "case" });
    assert.equal((await api.cases.getCase({ caseId: duplicate.id })).data.id, duplicate.id);
    readable(await api.cases.updateCaseTitle(change));
  });

  await check("a case from a template has its tasks, and public clients read it", async () => {
    const templates = `/api/v2/cases/projects/${project.id}/templates`;
    const template = await post(templates, "case_template", { name: "Disk", title: "Disk full", type_id: standardType, tasks: ["a", "b"] }, 201);
    const made = await post(`${templates}/${template.id}/cases`, "case", { title: "Disk full on db-3" }, 201);
    const [task] = await send(200, "GET", `/api/v2/cases/${made.id}/tasks`);
    await send(200, "PATCH", `/api/v2/cases/${made.id}/tasks/${task.id}`, { type: "case_task", attributes: { done: true } });
    const answer = await api.cases.getCase({ caseId: made.id });
    readable(answer);
    assert.equal(answer.data.attributes.additionalProperties.task_done_count, 1);
  });
}
