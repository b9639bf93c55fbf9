// Operations beside the public contract, with plain HTTP: import and export, suggestions, views, templates, tasks, reasons of closing, the audit log.
import { randomUUID } from "node:crypto";
import { assert, check, readable } from "../check.mjs";
import { createCase, createProject, standardType } from "../connect.mjs";

export default async function ours(api) {
  const project = await createProject(api, "Ours");
  const send = async (status, method, path, data, headers) => {
    const answer = await api.plain(method, path, typeof data === "object" ? JSON.stringify({ data }) : data, headers);
    const text = await answer.text();
    assert.equal(answer.status, status, `${method} ${path}: ${text}`);
    return text;
  };
  const data = async (...request) => JSON.parse(await send(...request)).data;
  const attributesOf = (type, attributes) => ({ type, attributes });

  const imported = await check("cases are imported once, however often they are sent", async () => {
    const receipt = randomUUID();
    const line = (title) => JSON.stringify({
      type: "case",
      attributes: { title, type_id: standardType, priority: "P2", created_at: "2025-06-01T08:00:00Z", attributes: { team: ["ours"] } },
      relationships: { project: { data: { id: project.id, type: "project" } } },
    });
    const body = `${line("From elsewhere")}\n${line("Another")}\n{"type":"case"}\n`;
    const results = async () => (await send(200, "POST", `/api/v2/cases/import?receipt=${receipt}`, body, { "Content-Type": "application/x-ndjson" }))
      .trim().split("\n").map((one) => JSON.parse(one));
    const [first, again] = [await results(), await results()];
    assert.deepEqual(first.map((one) => one.status), ["done", "done", "refused"]);
    assert.deepEqual(again.map((one) => one.status), ["known", "known", "refused"]);
    assert.deepEqual(again.map((one) => one.id), first.map((one) => one.id));
    const state = await data(200, "GET", `/api/v2/cases/import/${receipt}`);
    assert.deepEqual([state.attributes.lines, state.attributes.imported, state.attributes.refused], [3, 2, 1]);
    await send(404, "GET", `/api/v2/cases/import/${randomUUID()}`);
    await send(400, "POST", "/api/v2/cases/import?receipt=x", body, { "Content-Type": "application/x-ndjson" });
    await send(415, "POST", `/api/v2/cases/import?receipt=${receipt}`, body, { "Content-Type": "text/csv" });
    return first[0].id;
  });

  await check("an imported case keeps its times, and the public client reads it", async () => {
    const answer = await api.cases.getCase({ caseId: imported });
    readable(answer);
    assert.equal(answer.data.attributes.createdAt.toISOString(), "2025-06-01T08:00:00.000Z");
  });

  await check("cases are exported as lines and as a table", async () => {
    const query = encodeURIComponent(`project_id:${project.id}`);
    const lines = (await send(200, "GET", `/api/v2/cases/export?filter=${query}`)).trim().split("\n").map((one) => JSON.parse(one));
    assert.ok(lines.some((one) => JSON.stringify(one).includes(imported)));
    const table = (await send(200, "GET", `/api/v2/cases/export?filter=${query}&format=csv`)).trim().split("\n");
    assert.equal(table.length, lines.length + 1);
    await send(400, "GET", `/api/v2/cases/export?filter=${encodeURIComponent("status:(")}`);
  });

  await check("facets and their values are suggested", async () => {
    const facets = await data(200, "GET", "/api/v2/cases/suggestions?filter[prefix]=prio");
    assert.ok(JSON.stringify(facets).includes("priority"));
    assert.ok(JSON.stringify(await data(200, "GET", "/api/v2/cases/suggestions?filter[facet]=priority&filter[prefix]=P")).includes("P1"));
    await send(400, "GET", "/api/v2/cases/suggestions?page[size]=0");
  });

  await check("a view gives its cases", async () => {
    const view = (await api.cases.createCaseView({ body: { data: { type: "view", attributes: { name: "Ours", query: "priority:P2", projectId: project.id } } } })).data;
    const found = await data(200, "GET", `/api/v2/cases/views/${view.id}/cases`);
    assert.ok(found.some((one) => one.id === imported));
    await send(404, "GET", `/api/v2/cases/views/${randomUUID()}/cases`);
  });

  await check("a template is made, read, replaced, used and deleted", async () => {
    const path = `/api/v2/cases/projects/${project.id}/templates`;
    const template = await data(201, "POST", path, attributesOf("case_template", { name: "Disk", title: "Disk full", type_id: standardType, tasks: ["look"] }));
    const one = `${path}/${template.id}`;
    assert.equal((await data(200, "GET", one)).attributes.name, "Disk");
    await data(200, "PUT", one, attributesOf("case_template", { name: "Disks", title: "Disk full", type_id: standardType, tasks: ["look", "grow"] }));
    assert.deepEqual((await data(200, "GET", path)).map((each) => each.attributes.name), ["Disks"]);
    const made = await data(201, "POST", `${one}/cases`, attributesOf("case", { title: "Disk full on db-1" }));
    const tasks = await data(200, "GET", `/api/v2/cases/${made.id}/tasks`);
    assert.equal(tasks.length, 2);
    await send(204, "DELETE", `/api/v2/cases/${made.id}/tasks/${tasks[0].id}`);
    await data(201, "POST", `/api/v2/cases/${made.id}/tasks`, attributesOf("case_task", { title: "write it up" }));
    await send(404, "DELETE", `/api/v2/cases/${made.id}/tasks/${tasks[0].id}`);
    await send(400, "POST", `/api/v2/cases/${made.id}/tasks`, attributesOf("case_task", { title: "" }));
    await send(204, "DELETE", one);
    await send(404, "GET", one);
    await send(400, "POST", path, attributesOf("case_template", { name: "" }));
  });

  await check("a case is closed for a reason that belongs to its family", async () => {
    const subject = await createCase(api, project, "Not worth it");
    await api.cases.updateStatus({ caseId: subject.id, body: { data: { type: "case", attributes: { statusName: "Closed" } } } });
    const closed = await data(200, "POST", `/api/v2/cases/${subject.id}/closed_reason`, attributesOf("case", { closed_reason: "WONT_DO" }));
    assert.equal(closed.attributes.closed_reason, "WONT_DO");
    await send(400, "POST", `/api/v2/cases/${subject.id}/closed_reason`, attributesOf("case", { closed_reason: "BORED" }));
    await send(404, "POST", `/api/v2/cases/${randomUUID()}/closed_reason`, attributesOf("case", { closed_reason: "DONE" }));
  });

  await check("the audit log is exported and verified", async () => {
    const from = new Date(Date.now() - 3600 * 1000).toISOString();
    await send(200, "GET", `/api/v2/audit/export?filter[from]=${from}`);
    assert.ok(JSON.parse(await send(200, "GET", "/api/v2/audit/verify")).data);
  });

  await api.cases.deleteProject({ projectId: project.id });
}
