// Search: the language, paging, sorting, and that a write is found at once.
import { assert, check, readable, refused } from "../check.mjs";
import { createCase, createProject, unique } from "../connect.mjs";

export default async function search(api) {
  const project = await createProject(api);
  const word = unique(10).toLowerCase();
  const find = async (filter, options = {}) => {
    const answer = await api.cases.searchCases({ filter, pageSize: 100, ...options });
    readable(answer);
    return answer;
  };
  const titles = async (filter, options) => (await find(filter, options)).data.map((one) => one.attributes.title).sort();
  const open = (title, attributes) => createCase(api, project, title, attributes);

  const first = await check("a case is found by a word of its title right after it was written", async () => {
    const created = await open(`Router ${word} down`, { priority: "P1" });
    assert.deepEqual(await titles(word), [`Router ${word} down`]);
    return created;
  });

  await open(`Switch ${word} slow`, { priority: "P3", description: "port 7 drops frames" });
  const third = await open(`Cable "${word}" cut`, { priority: "P2" });
  await api.cases.updateStatus({ caseId: third.id, body: { data: { type: "case", attributes: { statusName: "Closed" } } } });
  await api.cases.updateAttributes({
    caseId: first.id,
    body: { data: { type: "case", attributes: { attributes: { team: ["net ops"], env: ["prod"] } } } },
  });

  const router = `Router ${word} down`;
  const slow = `Switch ${word} slow`;
  const cable = `Cable "${word}" cut`;
  const expected = [
    [`project:${project.attributes.key}`, [router, slow, cable]],
    [`project_id:${project.id} status:open`, [router, slow]],
    [`${word} status:CLOSED`, [cable]],
    [`${word} -status:closed`, [router, slow]],
    [`${word} priority:(P1 OR P2)`, [router, cable]],
    [`${word} (priority:P3 OR status:closed)`, [slow, cable]],
    [`${word} NOT priority:P1`, [slow, cable]],
    [`${word} team:"net ops"`, [router]],
    [`${word} env:pr*`, [router]],
    [`key:${first.attributes.key}`, [router]],
    [`${word} "port 7 drops"`, [slow]],
    [`${word} created_by:@me`, [router, slow, cable]],
    [`${word} created_at:>2020-01-01`, [router, slow, cable]],
    [`${word} nothing${word}`, []],
    [`${word} "'; drop table \\"case\\"; --"`, []],
    [`${word} team:"x') or true; --"`, []],
  ];
  for (const [filter, want] of expected) {
    await check(`search: ${filter.replaceAll(word, "<word>")}`, async () => {
      assert.deepEqual(await titles(filter), [...want].sort());
    });
  }

  await check("newest first by default, and sorted by priority when asked", async () => {
    const byAge = (await find(word)).data.map((one) => one.attributes.title);
    assert.deepEqual(byAge, [cable, slow, router]);
    const byPriority = (await find(word, { sortField: "priority", sortAsc: true })).data.map((one) => one.attributes.priority);
    assert.deepEqual(byPriority, ["P1", "P2", "P3"]);
  });

  await check("a page says where it is", async () => {
    const answer = await find(word, { pageSize: 2, pageNumber: 2 });
    assert.equal(answer.data.length, 1);
    assert.equal(answer.meta.page.current, 2);
    assert.equal(answer.meta.page.size, 1);
    assert.equal(answer.meta.page.total, 2);
  });

  await check("the client's paging sees every case once", async () => {
    for (let i = 0; i < 9; i += 1) {
      await open(`Filler ${word} ${i}`);
    }
    const ids = [];
    for await (const one of api.cases.searchCasesWithPagination({ filter: word, pageSize: 4 })) {
      ids.push(one.id);
    }
    assert.equal(ids.length, 12);
    assert.equal(new Set(ids).size, 12);
  });

  await check("an archived case is found only when it is asked for", async () => {
    await api.cases.archiveCase({ caseId: first.id, body: { data: { type: "case" } } });
    assert.ok(!(await titles(word)).includes(router));
    assert.deepEqual(await titles(`${word} archived:true`), [router]);
  });

  await check("a query that cannot be read is 400 and says where", async () => {
    const body = await (await api.plain("GET", `/api/v2/cases?filter=${encodeURIComponent("status:open AND (")}`)).json();
    assert.equal(body.errors[0].status, "400");
    assert.match(body.errors[0].detail, /\d/);
    await refused(400, () => find('priority:"P1'));
  });
}
