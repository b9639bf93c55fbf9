// Many cases at once, and where they are: count, aggregate, bulk, move, favourites.
import { assert, check, readable, refused } from "../check.mjs";
import { createCase, createProject } from "../connect.mjs";

export default async function many(api) {
  const [project, other] = [await createProject(api), await createProject(api, "Another")];
  const made = [];
  for (let n = 0; n < 3; n += 1) {
    made.push(await createCase(api, project, `Case ${n}`));
  }
  const ids = made.map((one) => one.id);
  const bulk = (type, payload, caseIds = ids) =>
    api.cases.bulkUpdateCases({ body: { data: { type: "bulk", attributes: { type, caseIds, payload } } } });

  await check("a change in bulk reaches every case", async () => {
    await bulk("priority", { priority: "P2" });
    for (const caseId of ids) {
      assert.equal((await api.cases.getCase({ caseId })).data.attributes.priority, "P2");
    }
  });

  await check("an unknown case stops a change in bulk, a wrong value too", async () => {
    await refused(404, () => bulk("archive", {}, [...ids, "3c7a3f30-0000-4000-8000-000000000000"]));
    await refused(400, () => bulk("priority", { priority: "P9" }));
  });

  await check("cases are counted by field", async () => {
    const answer = await api.cases.countCases({ queryFilter: `project_id:${project.id}`, groupBys: "status,priority", limit: 10 });
    readable(answer);
    assert.deepEqual(answer.data.attributes.groups.map((group) => group.group), ["status", "priority"]);
    assert.deepEqual(answer.data.attributes.groups[1].groupValues.map((one) => [one.value, one.count]), [["P2", 3]]);
  });

  await check("cases are aggregated", async () => {
    const attributes = { queryFilter: `project_id:${project.id}`, groupBy: { groups: ["status"], limit: 10 } };
    const answer = await api.cases.aggregateCases({ body: { data: { type: "aggregate", attributes } } });
    readable(answer);
    assert.equal(answer.data.attributes.total, 3);
    assert.deepEqual(answer.data.attributes.groups.map((group) => [group.group, group.value]), [["OPEN", [3]]]);
  });

  await check("a malformed query is refused", () => refused(400, () => api.cases.countCases({ queryFilter: "status:(" })));

  await check("a case is moved and found by both keys", async () => {
    const answer = await api.cases.moveCaseToProject({ caseId: ids[0], body: { data: { id: other.id, type: "project" } } });
    readable(answer);
    assert.equal(answer.data.attributes.key, `${other.attributes.key}-1`);
    assert.equal((await api.cases.getCase({ caseId: made[0].attributes.key })).data.id, ids[0]);
    await refused(404, () =>
      api.cases.moveCaseToProject({ caseId: ids[0], body: { data: { id: "3c7a3f30-0000-4000-8000-000000000000", type: "project" } } }));
  });

  await check("favourites are marked, listed and unmarked", async () => {
    await api.cases.favoriteCaseProject({ projectId: project.id });
    const listed = await api.cases.listUserCaseProjectFavorites();
    readable(listed);
    assert.ok(listed.data.some((favorite) => favorite.id === project.id));
    await api.cases.unfavoriteCaseProject({ projectId: project.id });
    assert.ok(!(await api.cases.listUserCaseProjectFavorites()).data.some((favorite) => favorite.id === project.id));
  });
}
