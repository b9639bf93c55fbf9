// What most cases lack: due date, resolved reason, insights, watchers.
import { assert, check, readable, refused } from "../check.mjs";
import { createCase, createProject } from "../connect.mjs";

const securityType = "00000000-0000-0000-0000-000000000003";

export default async function details(api) {
  const project = await createProject(api);
  const me = (await api.users.getCurrentUser()).data;
  const opened = await createCase(api, project, "Certificate about to expire");
  const update = (method, id, attributes) => api.cases[method]({ caseId: id, body: { data: { type: "case", attributes } } });

  await check("a due date is set, shown and cleared", async () => {
    const due = await update("updateCaseDueDate", opened.id, { dueDate: "2026-03-31" });
    readable(due);
    assert.equal(due.data.attributes.additionalProperties.due_date, "2026-03-31");
    const body = JSON.stringify({ data: { type: "case", attributes: { due_date: null } } });
    const cleared = await api.plain("POST", `/api/v2/cases/${opened.id}/due_date`, body);
    assert.equal(cleared.status, 200);
    assert.equal((await cleared.json()).data.attributes.due_date, undefined);
  });

  await check("what is no date is refused", () => refused(400, () => update("updateCaseDueDate", opened.id, { dueDate: "soon" })));

  await check("a security case says why it was resolved, another case may not", async () => {
    const security = await createCase(api, project, "Root shell in the web tier", { typeId: securityType });
    const answer = await update("updateCaseResolvedReason", security.id, { securityResolvedReason: "FALSE_POSITIVE" });
    assert.equal(answer.data.id, security.id);
    await refused(400, () => update("updateCaseResolvedReason", opened.id, { securityResolvedReason: "FALSE_POSITIVE" }));
  });

  await check("insights are added once and removed with a body", async () => {
    const insights = [{ type: "MONITOR", ref: "/monitors/1", resourceId: "1" }];
    await update("addCaseInsights", opened.id, { insights });
    const added = await update("addCaseInsights", opened.id, { insights });
    readable(added);
    assert.equal(added.data.attributes.additionalProperties.insights.length, 1);
    const removed = await update("removeCaseInsights", opened.id, { insights });
    assert.deepEqual(removed.data.attributes.additionalProperties.insights, []);
  });

  await check("insights need an item", () => refused(400, () => update("addCaseInsights", opened.id, { insights: [] })));

  await check("whoever opens a case watches it, and may stop", async () => {
    const watchers = await api.cases.listCaseWatchers({ caseId: opened.id });
    readable(watchers);
    assert.deepEqual(watchers.data.map((watcher) => watcher.relationships.user.data.id), [me.id]);
    await api.cases.unwatchCase({ caseId: opened.id, userUuid: me.id });
    assert.deepEqual((await api.cases.listCaseWatchers({ caseId: opened.id })).data, []);
    await api.cases.watchCase({ caseId: opened.id, userUuid: me.id });
    assert.equal((await api.cases.listCaseWatchers({ caseId: opened.id })).data.length, 1);
  });

  await check("an unknown watcher is 404", () =>
    refused(404, () => api.cases.watchCase({ caseId: opened.id, userUuid: "3c7a3f30-0000-4000-8000-000000000000" })));
}
