// Cases: open, read by id and key, every single-field update, archive.
import { assert, check, readable, refused } from "../check.mjs";
import { createCase, createProject, standardType } from "../connect.mjs";

const bare = { body: { data: { type: "case" } } };

export default async function cases(api) {
  const project = await createProject(api);
  const me = (await api.users.getCurrentUser()).data;
  const update = (method, id, attributes) => api.cases[method]({ caseId: id, body: { data: { type: "case", attributes } } });

  const opened = await check("a case is opened with defaults", async () => {
    const created = await createCase(api, project, "Disk filling on db-3", { description: "87 % at noon", priority: "P2" });
    readable(created);
    const { attributes, relationships } = created;
    assert.equal(created.type, "case");
    assert.equal(attributes.key, `${project.attributes.key}-1`);
    assert.equal(attributes.title, "Disk filling on db-3");
    assert.equal(attributes.description, "87 % at noon");
    assert.equal(attributes.priority, "P2");
    assert.equal(attributes.status, "OPEN");
    assert.equal(attributes.statusName, "Open");
    assert.equal(attributes.statusGroup, "SG_OPEN");
    assert.equal(attributes.typeId, standardType);
    assert.ok(attributes.createdAt instanceof Date);
    assert.equal(attributes.modifiedAt, undefined);
    assert.equal(relationships.project.data.id, project.id);
    assert.equal(relationships.createdBy.data.id, me.id);
    return created;
  });

  await check("the case is read by id and by key", async () => {
    for (const caseId of [opened.id, opened.attributes.key]) {
      const answer = await api.cases.getCase({ caseId });
      readable(answer);
      assert.equal(answer.data.id, opened.id);
      assert.equal(answer.data.attributes.title, "Disk filling on db-3");
    }
  });

  await check("numbers count up within the project", async () => {
    const second = await createCase(api, project, "Second");
    assert.equal(second.attributes.key, `${project.attributes.key}-2`);
  });

  await check("the title is changed", async () => {
    const answer = await update("updateCaseTitle", opened.id, { title: "Disk full on db-3" });
    readable(answer);
    assert.equal(answer.data.attributes.title, "Disk full on db-3");
    assert.ok(answer.data.attributes.modifiedAt >= answer.data.attributes.createdAt);
    assert.equal(answer.data.relationships.modifiedBy.data.id, me.id);
  });

  await check("the description is changed", async () => {
    const answer = await update("updateCaseDescription", opened.id, { description: "99 %" });
    assert.equal(answer.data.attributes.description, "99 %");
  });

  await check("the priority is changed", async () => {
    const answer = await update("updatePriority", opened.id, { priority: "P1" });
    assert.equal(answer.data.attributes.priority, "P1");
  });

  await check("the status is changed by name", async () => {
    const answer = await update("updateStatus", opened.id, { statusName: "In Progress" });
    assert.equal(answer.data.attributes.statusName, "In Progress");
    assert.equal(answer.data.attributes.statusGroup, "SG_IN_PROGRESS");
    assert.equal(answer.data.attributes.status, "IN_PROGRESS");
  });

  await check("a closed case has a closing time, a reopened one has none", async () => {
    const closed = await update("updateStatus", opened.id, { status: "CLOSED" });
    assert.equal(closed.data.attributes.statusGroup, "SG_CLOSED");
    assert.ok(closed.data.attributes.closedAt instanceof Date);
    const reopened = await update("updateStatus", opened.id, { status: "OPEN" });
    assert.equal(reopened.data.attributes.statusName, "Open");
    assert.equal(reopened.data.attributes.closedAt, undefined);
  });

  await check("a case is assigned and unassigned", async () => {
    const assigned = await update("assignCase", opened.id, { assigneeId: me.id });
    readable(assigned);
    assert.equal(assigned.data.relationships.assignee.data.id, me.id);
    const unassigned = await api.cases.unassignCase({ caseId: opened.id, ...bare });
    assert.equal(unassigned.data.relationships.assignee, undefined);
  });

  await check("the attributes are replaced as a whole", async () => {
    await update("updateAttributes", opened.id, { attributes: { team: ["net"], env: ["prod", "stage"] } });
    const answer = await update("updateAttributes", opened.id, { attributes: { service: ["db"] } });
    assert.deepEqual(answer.data.attributes.attributes, { service: ["db"] });
  });

  await check("archiving and unarchiving set and clear the time, a repetition changes nothing", async () => {
    const archived = await api.cases.archiveCase({ caseId: opened.id, ...bare });
    assert.ok(archived.data.attributes.archivedAt instanceof Date);
    const again = await api.cases.archiveCase({ caseId: opened.id, ...bare });
    assert.deepEqual(again.data.attributes.modifiedAt, archived.data.attributes.modifiedAt);
    const back = await api.cases.unarchiveCase({ caseId: opened.id, ...bare });
    assert.equal(back.data.attributes.archivedAt, undefined);
  });

  await check("all of it is still there when it is read again", async () => {
    const { attributes } = (await api.cases.getCase({ caseId: opened.id })).data;
    assert.equal(attributes.title, "Disk full on db-3");
    assert.equal(attributes.description, "99 %");
    assert.equal(attributes.priority, "P1");
    assert.deepEqual(attributes.attributes, { service: ["db"] });
  });

  await check("a case is opened with an assignee and a status", async () => {
    const created = await createCase(api, project, "Taken", { statusName: "In Progress" }, {
      assignee: { data: { id: me.id, type: "user" } },
    });
    assert.equal(created.relationships.assignee.data.id, me.id);
    assert.equal(created.attributes.statusName, "In Progress");
  });

  await check("a repeated POST with one idempotency key opens one case", async () => {
    const body = JSON.stringify({
      data: {
        type: "case",
        attributes: { title: "Once", type_id: standardType },
        relationships: { project: { data: { id: project.id, type: "project" } } },
      },
    });
    const headers = { "Idempotency-Key": `once-${opened.id}` };
    const [first, second] = [await api.plain("POST", "/api/v2/cases", body, headers), await api.plain("POST", "/api/v2/cases", body, headers)];
    assert.equal(first.status, 201);
    assert.equal(second.status, 201);
    assert.equal((await first.json()).data.id, (await second.json()).data.id);
    const other = await api.plain("POST", "/api/v2/cases", body.replace("Once", "Twice"), headers);
    assert.equal(other.status, 422);
  });

  await check("an unknown case is 404 by id and by key", async () => {
    for (const caseId of ["3c7a3f30-0000-4000-8000-000000000000", `${project.attributes.key}-999999`]) {
      await refused(404, () => api.cases.getCase({ caseId }));
    }
  });
}
