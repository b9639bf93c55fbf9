// Teams, users, roles, policies, tokens, findings and the audit log, refused in the documented ways: 400, 401, 403, 404 and 429.
import { createHash } from "node:crypto";
import { assert, check, refused } from "../check.mjs";
import { configure, createCase, createProject, unique, v2 } from "../connect.mjs";

const unknown = "3c7a3f30-0000-4000-8000-000000000000";
const day = 24 * 3600 * 1000;

const apisOf = (configuration) => ({
  teams: new v2.TeamsApi(configuration),
  users: new v2.UsersApi(configuration),
  roles: new v2.RolesApi(configuration),
  policies: new v2.RestrictionPoliciesApi(configuration),
  tokens: new v2.KeyManagementApi(configuration),
  security: new v2.SecurityMonitoringApi(configuration),
  audit: new v2.AuditApi(configuration),
  cases: new v2.CaseManagementApi(configuration),
});

const body = (type, attributes, more = {}) => ({ body: { data: { type, attributes, ...more } } });
const findings = { findings: { data: [{ id: "f1", type: "findings" }] } };
const ofUser = (id) => ({ body: { data: { type: "team_memberships", relationships: { user: { data: { id, type: "users" } } } } } });
const link = body("team_links", { label: "Book", url: "https://example.test/book" });

/** Operations that name something: [api, operation, arguments]. */
const named = (i) => [
  ["teams", "getTeam", { teamId: i.team }],
  ["teams", "updateTeam", { teamId: i.team, ...body("team", { handle: `t-${unique().toLowerCase()}`, name: "x" }) }],
  ["teams", "deleteTeam", { teamId: i.team }],
  ["teams", "getTeamLinks", { teamId: i.team }],
  ["teams", "createTeamLink", { teamId: i.team, ...link }],
  ["teams", "getTeamLink", { teamId: i.team, linkId: i.link }],
  ["teams", "updateTeamLink", { teamId: i.team, linkId: i.link, ...link }],
  ["teams", "deleteTeamLink", { teamId: i.team, linkId: i.link }],
  ["teams", "getTeamMemberships", { teamId: i.team }],
  ["teams", "createTeamMembership", { teamId: i.team, ...ofUser(i.me) }],
  ["teams", "updateTeamMembership", { teamId: i.team, userId: i.me, ...body("team_memberships", { role: "admin" }) }],
  ["teams", "deleteTeamMembership", { teamId: i.team, userId: i.me }],
  ["teams", "getTeamPermissionSettings", { teamId: i.team }],
  ["teams", "updateTeamPermissionSetting", { teamId: i.team, action: "edit", ...body("team_permission_settings", { value: "members" }) }],
  ["users", "getUser", { userId: i.user }],
  ["users", "updateUser", { userId: i.user, ...body("users", { name: "x" }, { id: i.user }) }],
  ["users", "disableUser", { userId: i.user }],
  ["users", "listUserPermissions", { userId: i.user }],
  ["roles", "getRole", { roleId: i.role }],
  ["roles", "listRolePermissions", { roleId: i.role }],
  ["roles", "listRoleUsers", { roleId: i.role }],
  ["policies", "updateRestrictionPolicy", {
    resourceId: i.resource, ...body("restriction_policy", { bindings: [{ relation: "manager", principals: [`user:${i.me}`] }] }, { id: i.resource }),
  }],
  ["policies", "deleteRestrictionPolicy", { resourceId: i.resource }],
  ["tokens", "getPersonalAccessToken", { tokenId: i.token }],
  ["tokens", "updatePersonalAccessToken", { tokenId: i.token, ...body("personal_access_tokens", { name: "x" }, { id: i.token }) }],
  ["tokens", "revokePersonalAccessToken", { tokenId: i.token }],
  ["security", "attachCase", { caseId: i.case, body: { data: { id: i.case, type: "cases", relationships: findings } } }],
  ["security", "createCases", { body: { data: [{ type: "cases", relationships: { ...findings, project: { data: { id: i.project, type: "projects" } } } }] } }],
];

/** Operations that name nothing, or do not mind what is not there. */
const others = (i) => [
  ["teams", "listTeams", {}],
  ["teams", "createTeam", body("team", { handle: `t-${unique().toLowerCase()}`, name: "x" })],
  ["teams", "getUserMemberships", { userUuid: i.me }],
  ["users", "listUsers", {}],
  ["users", "createUser", body("users", { email: `x.${unique().toLowerCase()}@example.test` })],
  ["roles", "listRoles", {}],
  ["roles", "listPermissions", undefined],
  ["tokens", "listPersonalAccessTokens", {}],
  ["tokens", "createPersonalAccessToken", body("personal_access_tokens", { name: "x", scopes: ["cases_read"], expiresAt: new Date(Date.now() + 2 * day) })],
  ["security", "detachCase", { body: { data: { type: "cases", relationships: findings } } }],
  ["audit", "listAuditLogs", {}],
];

const malformed = (i) => [
  ["teams", "createTeam", body("team", { handle: "", name: "x" })],
  ["teams", "updateTeam", { teamId: i.team, ...body("team", { handle: `t-${unique().toLowerCase()}`, name: "" }) }],
  ["teams", "listTeams", { pageSize: 100_000 }],
  ["teams", "createTeamLink", { teamId: i.team, ...body("team_links", { label: "Book", url: "javascript:alert(1)" }) }],
  ["teams", "getTeam", { teamId: "x" }],
  ["users", "createUser", body("users", { email: "nobody" })],
  ["users", "listUsers", { pageSize: 100_000 }],
  ["roles", "listRoles", { pageSize: 100_000 }],
  ["policies", "getRestrictionPolicy", { resourceId: "dashboard:abc-def-ghi" }],
  ["policies", "updateRestrictionPolicy", { resourceId: i.resource, ...body("restriction_policy", { bindings: [{ relation: "king", principals: [`user:${i.me}`] }] }, { id: i.resource }) }],
  ["tokens", "createPersonalAccessToken", body("personal_access_tokens", { name: "x", scopes: ["nonsense"], expiresAt: new Date(Date.now() + 2 * day) })],
  ["tokens", "createPersonalAccessToken", body("personal_access_tokens", { name: "x", scopes: ["cases_read"], expiresAt: new Date(Date.now() - day) })],
  ["security", "createCases", { body: { data: [{ type: "cases", relationships: { findings: { data: [] }, project: { data: { id: i.project, type: "projects" } } } }] } }],
  ["security", "attachCase", { caseId: i.case, body: { data: { id: i.case, type: "cases", relationships: { findings: { data: [] } } } } }],
  ["audit", "listAuditLogs", { pageLimit: 100_000 }],
];

const limitedKeyOf = (applicationKey) => createHash("sha256").update(`${applicationKey}/limited`).digest("hex").slice(0, 40);

export default async function refusalsOfNeighbours(api) {
  const { base_url: baseUrl, api_key: apiKey, application_key: applicationKey } = api.credentials;
  const mine = apisOf(configure(baseUrl, apiKey, applicationKey));
  const me = (await api.users.getCurrentUser()).data;
  const project = await createProject(api, "Neighbours");
  const subject = await createCase(api, project, "Subject");
  const user = (await mine.users.createUser(body("users", { email: `r.${unique().toLowerCase()}@example.test` }))).data.id;
  const team = (await mine.teams.createTeam(body("team", { handle: `t-${unique().toLowerCase()}`, name: "Refused" }))).data.id;
  const book = (await mine.teams.createTeamLink({ teamId: team, ...link })).data.id;
  const reading = (await mine.tokens.createPersonalAccessToken(
    body("personal_access_tokens", { name: `Reads ${unique()}`, scopes: ["cases_read"], expiresAt: new Date(Date.now() + 2 * day) }))).data;
  const there = {
    team, link: book, user, me: me.id, role: me.relationships.roles.data[0].id, token: reading.id, case: subject.id, project: project.id,
    resource: `case-management-project:${project.id}`,
  };
  const nowhere = {
    ...there, team: unknown, link: unknown, user: unknown, role: unknown, token: unknown, case: unknown, project: unknown, resource: `case-management-project:${unknown}`,
  };
  const each = async (status, apis, operations) => {
    const wrong = [];
    for (const [name, operation, args] of operations) {
      await refused(status, () => apis[name][operation](args)).catch((error) => wrong.push(`${operation}: ${error.message.split("\n")[0]}`));
    }
    assert.deepEqual(wrong, []);
  };

  await check("unknown keys are 401 to every neighbouring operation", () =>
    each(401, apisOf(configure(baseUrl, "0".repeat(32), "0".repeat(40))), [...named(there), ...others(there)]));

  await check("what is not there is 404 to every neighbouring operation that names it", () => each(404, mine, named(nowhere)));

  await check("what is malformed is 400 to neighbouring operations", () => each(400, mine, malformed(there)));

  await check("a token that may only read cases is 403 to every neighbouring operation", () =>
    each(403, apisOf(configure(baseUrl, apiKey, reading.attributes.key)), [...named(there), ...others(there)]));

  await check("what is taken is 409", async () => {
    const taken = (await mine.teams.getTeam({ teamId: team })).data.attributes.handle;
    await each(409, mine, [
      ["teams", "createTeam", body("team", { handle: taken, name: "x" })],
      ["users", "createUser", body("users", { email: me.attributes.email })],
    ]);
  });

  await check("a key that has used up its requests is 429 to every neighbouring operation", async () => {
    const limited = apisOf(configure(baseUrl, apiKey, limitedKeyOf(applicationKey)));
    const harmless = others(nowhere).filter(([, operation]) => !operation.startsWith("create") && !operation.startsWith("detach"));
    const wrong = [];
    for (const [name, operation, args] of [...named(nowhere), ...harmless]) {
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

  await mine.tokens.revokePersonalAccessToken({ tokenId: reading.id });
  await mine.users.disableUser({ userId: user });
  await mine.teams.deleteTeam({ teamId: team });
  await mine.cases.deleteProject({ projectId: project.id });
}
