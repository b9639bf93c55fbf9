// Comments and the timeline.
import { assert, check, readable, refused } from "../check.mjs";
import { createCase, createProject } from "../connect.mjs";

export default async function comments(api) {
  const project = await createProject(api);
  const subject = await createCase(api, project, "Link flapping");
  const caseId = subject.id;
  const say = (comment) => api.cases.commentCase({ caseId, body: { data: { type: "case", attributes: { comment } } } });
  const timeline = async (options = {}) => (await api.cases.listCaseTimeline({ caseId, pageSize: 100, ...options })).data;
  const messages = (cells) => cells.filter((cell) => cell.attributes?.cellContent?.message).map((cell) => cell.attributes.cellContent.message);

  const cell = await check("a comment is added", async () => {
    const answer = await say("Rebooted, watching.");
    readable(answer);
    assert.equal(answer.data.length, 1);
    assert.equal(answer.data[0].type, "timeline_cell");
    assert.equal(answer.data[0].attributes.type, "COMMENT");
    assert.equal(answer.data[0].attributes.cellContent.message, "Rebooted, watching.");
    assert.equal(answer.data[0].attributes.author.type, "USER");
    return answer.data[0];
  });

  await check("the timeline shows comments, newest first or oldest first", async () => {
    await say("Second look.");
    assert.deepEqual(messages(await timeline()), ["Second look.", "Rebooted, watching."]);
    assert.deepEqual(messages(await timeline({ sortAscending: true })), ["Rebooted, watching.", "Second look."]);
  });

  await check("the timeline is read in pages that do not overlap", async () => {
    const all = (await timeline({ sortAscending: true })).map((one) => one.id);
    const paged = [];
    for (let pageNumber = 0; ; pageNumber += 1) {
      const page = await timeline({ pageSize: 2, pageNumber, sortAscending: true });
      paged.push(...page.map((one) => one.id));
      if (page.length < 2) {
        break;
      }
    }
    assert.deepEqual(paged, all);
  });

  await check("changes of the case are on the timeline", async () => {
    await api.cases.updatePriority({ caseId, body: { data: { type: "case", attributes: { priority: "P3" } } } });
    const answer = await api.plain("GET", `/api/v2/cases/${caseId}/timelines?page%5Bsize%5D=100`);
    const types = (await answer.json()).data.map((one) => one.attributes.type);
    assert.ok(types.includes("PRIORITY_CHANGED"), `timeline has ${types}`);
    assert.ok(types.includes("CASE_CREATED"), `timeline has ${types}`);
  });

  await check("a comment is edited", async () => {
    await api.cases.updateCaseComment({
      caseId,
      cellId: cell.id,
      body: { data: { type: "case", attributes: { comment: "Replaced the cable." } } },
    });
    const cells = await timeline();
    assert.ok(messages(cells).includes("Replaced the cable."));
    assert.ok(!messages(cells).includes("Rebooted, watching."));
  });

  await check("comments are counted", async () => {
    const answer = await api.plain("GET", `/api/v2/cases/${caseId}`);
    assert.equal((await answer.json()).data.attributes.comment_count, 2);
  });

  await check("a deleted comment is gone, and deleting it again is 404", async () => {
    await api.cases.deleteCaseComment({ caseId, cellId: cell.id });
    assert.deepEqual(messages(await timeline()), ["Second look."]);
    await refused(404, () => api.cases.deleteCaseComment({ caseId, cellId: cell.id }));
  });

  await check("an empty comment is refused", async () => {
    await refused(400, () => say(""));
  });
}
