// Every operation on cases, types and attributes, refused in the documented ways: 401, 403, 404 and 400.
import { createHash } from "node:crypto";
import { assert, check, refused } from "../check.mjs";
import { configure, createCase, createProject, standardType, unique, v2 } from "../connect.mjs";

const unknown = "3c7a3f30-0000-4000-8000-000000000000";

const apisOf = (configuration) => ({
  cases: new v2.CaseManagementApi(configuration),
  types: new v2.CaseManagementTypeApi(configuration),
  attributes: new v2.CaseManagementAttributeApi(configuration),
});

const body = (type, attributes, relationships) => ({ body: { data: { type, attributes, ...(relationships ? { relationships } : {}) } } });
const ofCase = (caseId, attributes) => ({ caseId, ...body("case", attributes) });
const empty = (caseId) => ({ caseId, body: { data: { type: "case" } } });
const insights = [{ type: "MONITOR", ref: "/monitors/1", resourceId: "1" }];

/** Operations whose arguments name something: [api, operation, arguments]. */
const changes = (i) => [
  ["cases", "createCase", body("case", { title: "x", typeId: standardType }, { project: { data: { id: i.project, type: "project" } } })],
  ["cases", "updateProject", { projectId: i.project, ...body("project", { name: "x" }) }],
  ["cases", "createCaseView", body("view", { name: "x", query: "", projectId: i.project })],
  ["cases", "createCaseLink", body("link", {
    parentEntityType: "CASE", parentEntityId: i.case, childEntityType: "CASE", childEntityId: i.other, relationship: "BLOCKS",
  })],
  ["cases", "archiveCase", empty(i.case)],
  ["cases", "unarchiveCase", empty(i.case)],
  ["cases", "assignCase", ofCase(i.case, { assigneeId: i.user })],
  ["cases", "unassignCase", empty(i.case)],
  ["cases", "updateAttributes", ofCase(i.case, { attributes: { team: ["net"] } })],
  ["cases", "commentCase", ofCase(i.case, { comment: "x" })],
  ["cases", "updateCaseComment", { cellId: i.cell, ...ofCase(i.case, { comment: "x" }) }],
  ["cases", "deleteCaseComment", { caseId: i.case, cellId: i.cell }],
  ["cases", "updateCaseCustomAttribute", { customAttributeKey: "nothing", ...ofCase(i.case, { type: "TEXT", isMulti: false, value: "x" }) }],
  ["cases", "deleteCaseCustomAttribute", { caseId: i.case, customAttributeKey: "nothing" }],
  ["cases", "updateCaseDescription", ofCase(i.case, { description: "x" })],
  ["cases", "updateCaseDueDate", ofCase(i.case, { dueDate: "2026-03-31" })],
  ["cases", "addCaseInsights", ofCase(i.case, { insights })],
  ["cases", "removeCaseInsights", ofCase(i.case, { insights })],
  ["cases", "updatePriority", ofCase(i.case, { priority: "P3" })],
  ["cases", "moveCaseToProject", { caseId: i.case, body: { data: { id: i.project, type: "project" } } }],
  ["cases", "updateCaseResolvedReason", ofCase(i.case, { securityResolvedReason: "FALSE_POSITIVE" })],
  ["cases", "updateStatus", ofCase(i.case, { statusName: "Closed" })],
  ["cases", "updateCaseTitle", ofCase(i.case, { title: "x" })],
  ["cases", "updateCaseView", { viewId: i.view, ...body("view", { name: "x" }) }],
  ["cases", "deleteCaseView", { viewId: i.view }],
  ["cases", "deleteProject", { projectId: i.project }],
];

const reads = (i) => [
  ["cases", "getProject", { projectId: i.project }],
  ["cases", "listCaseViews", { projectId: i.project }],
  ["cases", "getCaseView", { viewId: i.view }],
  ["cases", "getCase", { caseId: i.case }],
  ["cases", "listCaseTimeline", { caseId: i.case }],
  ["cases", "listCaseWatchers", { caseId: i.case }],
  ["cases", "listCaseLinks", { entityType: "CASE", entityId: i.case }],
  ["cases", "watchCase", { caseId: i.case, userUuid: i.user }],
  ["cases", "unwatchCase", { caseId: i.case, userUuid: i.user }],
  ["cases", "favoriteCaseProject", { projectId: i.project }],
  ["cases", "bulkUpdateCases", body("bulk", { caseIds: [i.case], type: "priority", payload: { priority: "P1" } })],
  ["cases", "deleteCaseLink", { linkId: i.link }],
  ["types", "updateCaseType", { caseTypeId: i.type, ...body("case_type", { name: "x" }) }],
  ["attributes", "createCustomAttributeConfig", {
    caseTypeId: i.type, ...body("custom_attribute", { key: `k_${unique()}`, displayName: "K", type: "TEXT", isMulti: false }),
  }],
  ["attributes", "updateCustomAttributeConfig", {
    caseTypeId: i.type, customAttributeId: i.attribute, ...body("custom_attribute", { displayName: "x" }),
  }],
];

/** Operations that name nothing, or do not mind what is not there. */
const others = (i) => [
  ["cases", "searchCases", {}],
  ["cases", "countCases", {}],
  ["cases", "aggregateCases", body("aggregate", { queryFilter: "", groupBy: { groups: ["status"], limit: 5 } })],
  ["cases", "getProjects", undefined],
  ["cases", "createProject", body("project", { key: `N${unique(7)}`, name: "x" })],
  ["cases", "listUserCaseProjectFavorites", undefined],
  ["cases", "unfavoriteCaseProject", { projectId: i.project }],
  ["types", "getAllCaseTypes", undefined],
  ["types", "createCaseType", body("case_type", { name: "x", emoji: "\u{1F575}" })],
  ["types", "deleteCaseType", { caseTypeId: i.type }],
  ["attributes", "getAllCustomAttributes", undefined],
  ["attributes", "getAllCustomAttributeConfigsByCaseType", { caseTypeId: i.type }],
  ["attributes", "deleteCustomAttributeConfig", { caseTypeId: i.type, customAttributeId: i.attribute }],
];

/** What the client sends and the service must not take. */
const malformed = (i) => [
  ["cases", "searchCases", { filter: "status:(" }],
  ["cases", "searchCases", { pageSize: 101 }],
  ["cases", "createCase", body("case", { title: "", typeId: standardType }, { project: { data: { id: i.project, type: "project" } } })],
  ["cases", "aggregateCases", body("aggregate", { queryFilter: "status:(", groupBy: { groups: ["status"], limit: 5 } })],
  ["cases", "aggregateCases", body("aggregate", { queryFilter: "", groupBy: { groups: ["status"], limit: 1001 } })],
  ["cases", "bulkUpdateCases", body("bulk", { caseIds: [i.case], type: "priority", payload: { priority: "P9" } })],
  ["cases", "countCases", { queryFilter: "priority:P9" }],
  ["cases", "listCaseLinks", { entityType: "CASE", entityId: "x" }],
  ["cases", "createCaseLink", body("link", {
    parentEntityType: "CASE", parentEntityId: i.case, childEntityType: "CASE", childEntityId: i.case, relationship: "BLOCKS",
  })],
  ["cases", "deleteCaseLink", { linkId: "x" }],
  ["cases", "createProject", body("project", { key: "", name: "x" })],
  ["cases", "updateProject", { projectId: i.project, ...body("project", { name: "" }) }],
  ["cases", "createCaseView", body("view", { name: "x", query: "a:(", projectId: i.project })],
  ["cases", "updateCaseView", { viewId: i.view, ...body("view", { query: "a:(" }) }],
  ["cases", "assignCase", ofCase(i.case, { assigneeId: "me" })],
  ["cases", "commentCase", ofCase(i.case, { comment: "" })],
  ["cases", "updateCaseComment", { cellId: "7", ...ofCase(i.case, { comment: "x" }) }],
  ["cases", "deleteCaseComment", { caseId: i.case, cellId: "7" }],
  ["cases", "updateCaseCustomAttribute", { customAttributeKey: i.key, ...ofCase(i.case, { type: "NUMBER", isMulti: false, value: 1 }) }],
  ["cases", "updateCaseDueDate", ofCase(i.case, { dueDate: "2026-02-30" })],
  ["cases", "addCaseInsights", ofCase(i.case, { insights: [] })],
  ["cases", "removeCaseInsights", ofCase(i.case, { insights: [] })],
  ["cases", "updateCaseResolvedReason", ofCase(i.case, { securityResolvedReason: "FALSE_POSITIVE" })],
  ["cases", "updateStatus", ofCase(i.case, { statusName: "Sideways" })],
  ["cases", "updateCaseTitle", ofCase(i.case, { title: "" })],
  ["cases", "listCaseTimeline", { caseId: i.case, pageSize: 1000 }],
  ["cases", "watchCase", { caseId: i.case, userUuid: "x" }],
  ["cases", "unwatchCase", { caseId: i.case, userUuid: "x" }],
  ["types", "createCaseType", body("case_type", { name: "", emoji: "\u{1F575}" })],
  ["types", "updateCaseType", { caseTypeId: i.type, ...body("case_type", { name: "" }) }],
  ["attributes", "createCustomAttributeConfig", { caseTypeId: i.type, ...body("custom_attribute", { key: "", displayName: "K", type: "TEXT", isMulti: false }) }],
];

/** Operations with a body that the client would always send well: [method, path]. */
const plainly = (i) => [
  ...["archive", "unarchive", "unassign", "attributes", "description", "priority"].map((part) => ["POST", `/api/v2/cases/${i.case}/${part}`]),
  ["PATCH", `/api/v2/cases/${i.case}/relationships/project`],
  ["PUT", `/api/v2/cases/types/${i.type}/custom_attributes/${i.attribute}`],
];

/** The development organisation's key that admits one request a second. */
const limitedKeyOf = (applicationKey) => createHash("sha256").update(`${applicationKey}/limited`).digest("hex").slice(0, 40);

export default async function refusals(api) {
  const { base_url: baseUrl, api_key: apiKey, application_key: applicationKey } = api.credentials;
  const mine = apisOf(configure(baseUrl, apiKey, applicationKey));
  const me = (await api.users.getCurrentUser()).data.id;
  const project = await createProject(api, "Refusals");
  const type = (await mine.types.createCaseType(body("case_type", { name: `Odd ${unique()}`, emoji: "\u{1F575}" }))).data.id;
  const key = `k_${unique()}`;
  const attribute = (await mine.attributes.createCustomAttributeConfig({
    caseTypeId: type, ...body("custom_attribute", { key, displayName: "K", type: "TEXT", isMulti: false }),
  })).data.id;
  const opened = await createCase(api, project, "Subject", { typeId: type });
  const other = await createCase(api, project, "Other");
  const view = (await mine.cases.createCaseView(body("view", { name: "All", query: "", projectId: project.id }))).data.id;
  const cell = (await mine.cases.commentCase(ofCase(opened.id, { comment: "here" }))).data[0].id;
  const there = { case: opened.id, other: other.id, project: project.id, view, cell, type, attribute, key, user: me, link: unknown };
  const nowhere = { ...there, case: unknown, project: unknown, view: unknown, link: unknown, type: unknown, attribute: unknown };
  const each = async (status, apis, operations) => {
    const wrong = [];
    for (const [name, operation, args] of operations) {
      await refused(status, () => apis[name][operation](args)).catch((error) => wrong.push(`${operation}: ${error.message.split("\n")[0]}`));
    }
    assert.deepEqual(wrong, []);
  };

  await check("unknown keys are 401 to every operation", () =>
    each(401, apisOf(configure(baseUrl, "0".repeat(32), "0".repeat(40))), [...changes(there), ...reads(there), ...others(there)]));

  await check("what is not there is 404 to every operation that names it", () => each(404, mine, [...changes(nowhere), ...reads(nowhere)]));

  await check("what is malformed is 400", () => each(400, mine, malformed(there)));

  await check("the wrong type is 400 where the client sends no other", async () => {
    for (const [method, path] of plainly(there)) {
      const answer = await api.plain(method, path, JSON.stringify({ data: { type: "nonsense", attributes: {} } }));
      if (answer.status !== 400) {
        throw new Error(`${method} ${path} was answered with ${answer.status}: ${await answer.text()}`);
      }
    }
  });

  await check("whoever may only view a project is 403 to every operation that changes something in it", async () => {
    const resourceId = `case-management-project:${project.id}`;
    const policy = { data: { id: resourceId, type: "restriction_policy", attributes: { bindings: [{ relation: "viewer", principals: [`user:${me}`] }] } } };
    await api.policies.updateRestrictionPolicy({ resourceId, allowSelfLockout: true, body: policy });
    await each(403, mine, changes(there));
    await api.policies.deleteRestrictionPolicy({ resourceId });
    await mine.cases.getCase({ caseId: opened.id });
  });

  await check("a token that may only read is 403 to every operation that changes something", async () => {
    const tokens = new v2.KeyManagementApi(configure(baseUrl, apiKey, applicationKey));
    const expiresAt = new Date(Date.now() + 2 * 24 * 3600 * 1000);
    const token = (await tokens.createPersonalAccessToken(body("personal_access_tokens", { name: "Reads", scopes: ["cases_read"], expiresAt }))).data;
    const reading = apisOf(configure(baseUrl, apiKey, token.attributes.key));
    const changing = [...changes(there), ...reads(there), ...others(there)]
      .filter(([, operation]) => !/^(get|list|search|count|aggregate|watch|unwatch|favorite|unfavorite)/.test(operation));
    await each(403, reading, changing);
    await tokens.revokePersonalAccessToken({ tokenId: token.id });
  });

  await check("a key that has used up its requests is 429 to every operation", async () => {
    const limited = apisOf(configure(baseUrl, apiKey, limitedKeyOf(applicationKey)));
    const harmless = others(nowhere).filter(([, operation]) => !operation.startsWith("create"));
    const wrong = [];
    for (const [name, operation, args] of [...changes(nowhere), ...reads(nowhere), ...harmless]) {
      // One request a second gets through.
      let status;
      for (let tries = 0; status !== 429 && tries < 5; tries++) {
        status = await limited[name][operation](args).then(() => 200, (error) => error.code);
      }
      if (status !== 429) {
        wrong.push(`${operation}: ${status}`);
      }
    }
    assert.deepEqual(wrong, []);
  });

  await check("a 429 says which limit it is and when there is room again", async () => {
    let answer;
    for (let tries = 0; answer?.status !== 429 && tries < 5; tries++) {
      answer = await api.plain("GET", "/api/v2/cases/projects", undefined, { "DD-APPLICATION-KEY": limitedKeyOf(applicationKey) });
    }
    assert.equal(answer.status, 429);
    const header = (name) => answer.headers.get(name);
    assert.deepEqual(
      ["limit", "period", "remaining", "name"].map((name) => header(`x-ratelimit-${name}`)),
      ["1", "1", "0", "application_key"],
    );
    assert.match(header("x-ratelimit-reset"), /^[0-9]+$/);
    assert.match(header("retry-after"), /^[0-9]+$/);
    assert.equal((await answer.json()).errors[0].status, "429");
  });

  await mine.cases.deleteProject({ projectId: project.id });
}
