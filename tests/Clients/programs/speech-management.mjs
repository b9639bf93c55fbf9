// The management part of the speech API through Deepgram's public clients, versions 5 and 4.
import { assert, check } from "../check.mjs";
import { unique } from "../connect.mjs";
import { olderVersion, version5 } from "../speech.mjs";

/** The status of a call of version 5 that must be refused. */
async function refused(status, call) {
  try {
    await call();
  } catch (error) {
    assert.equal(error.statusCode, status, String(error));
    return error;
  }
  return assert.fail(`expected ${status}, but the call was answered`);
}

/** The result of a call of version 4. */
async function done(call) {
  const { result, error } = await call;
  assert.equal(error, null, String(error?.message));
  return result;
}

export default async function speechManagement({ credentials }) {
  const base = credentials.base_url.replace(/\/$/, "");
  const five = version5(base, credentials.api_key).manage.v1.projects;
  const four = olderVersion(4, base, credentials.api_key).manage;

  const id = await check("5: the key's project is listed and read", async () => {
    const { projects } = await five.list();
    assert.equal(projects.length, 1);
    assert.equal(projects[0].project_id, credentials.org_id);
    assert.equal((await five.get(projects[0].project_id)).name, projects[0].name);
    return projects[0].project_id;
  });

  await check("5: a foreign project is not found", async () => {
    const error = await refused(404, () => five.get("00000000-0000-4000-8000-000000000000"));
    assert.equal(error.body.err_code, "PROJECT_NOT_FOUND");
  });

  await check("5: a wrong key is refused with 401", () => refused(401, () => version5(base, "org_nobody_has_this_key").manage.v1.projects.list()));

  await check("5: a key is made, works, is listed and read, and is deleted", async () => {
    const made = await five.keys.create(id, { comment: `ci ${unique()}`, scopes: ["usage:write", "usage:read"], tags: ["five"], time_to_live_in_seconds: 600 });
    assert.match(made.key, /^org_/);
    await version5(base, made.key).manage.v1.projects.usage.get(id, {});
    await refused(401, () => version5(base, made.key).manage.v1.projects.keys.list(id));
    const { api_keys: keys } = await five.keys.list(id, { status: "active" });
    assert.ok(keys.some((entry) => entry.api_key.api_key_id === made.api_key_id && entry.member.email === credentials.user_email));
    const one = await five.keys.get(id, made.api_key_id);
    assert.deepEqual(one.item.member.api_key.scopes, ["usage:write", "usage:read"]);
    await five.keys.delete(id, made.api_key_id);
    await refused(404, () => five.keys.get(id, made.api_key_id));
  });

  await check("5: members, their scopes and invitations", async () => {
    const { members } = await five.members.list(id);
    const me = members.find((member) => member.email === credentials.user_email);
    assert.deepEqual((await five.members.scopes.list(id, me.member_id)).scopes, ["admin"]);
    const email = `${unique(10).toLowerCase()}@example.test`;
    await five.members.invites.create(id, { email, scope: "member" });
    assert.ok((await five.members.invites.list(id)).invites.some((invite) => invite.email === email));
    await five.members.invites.delete(id, email);
    assert.ok(!(await five.members.invites.list(id)).invites.some((invite) => invite.email === email));
  });

  await check("5: usage, breakdown, fields, requests, balances, costs, models", async () => {
    const usage = await five.usage.get(id, { start: "2026-01-01", end: "2026-12-31" });
    assert.equal(usage.resolution.units, "day");
    assert.ok(Array.isArray((await five.usage.breakdown.get(id, { grouping: "accessor" })).results));
    assert.ok(Array.isArray((await five.usage.fields.list(id, {})).tags));
    assert.ok(Array.isArray((await five.requests.list(id, { limit: 5 })).requests));
    await refused(404, () => five.requests.get(id, "00000000-0000-4000-8000-000000000000"));
    const { balances } = await five.billing.balances.list(id);
    assert.equal((await five.billing.balances.get(id, balances[0].balance_id)).units, "usd");
    assert.ok(Array.isArray((await five.billing.breakdown.list(id, {})).results));
    assert.ok(Array.isArray((await five.billing.purchases.list(id, {})).orders));
    const { stt } = await five.models.list(id, {});
    assert.equal((await version5(base, credentials.api_key).manage.v1.models.get(stt[0].uuid)).name, stt[0].name);
  });

  await check("5: a short-lived token is granted and manages nothing", async () => {
    const granted = await version5(base, credentials.api_key).auth.v1.tokens.grant({ ttl_seconds: 60 });
    assert.equal(granted.expires_in, 60);
    await refused(401, () => version5(base, undefined, granted.access_token).manage.v1.projects.list());
  });

  await check("4: the key's details and its project", async () => {
    assert.ok((await done(four.getTokenDetails())).api_key_id);
    assert.equal((await done(four.getProjects())).projects[0].project_id, id);
    assert.equal((await done(four.getProject(id))).project_id, id);
  });

  await check("4: a key is made, listed, read and deleted", async () => {
    const made = await done(four.createProjectKey(id, { comment: "four", scopes: ["usage:write"], time_to_live_in_seconds: 60 }));
    assert.ok((await done(four.getProjectKeys(id))).api_keys.some((entry) => entry.api_key.api_key_id === made.api_key_id));
    assert.equal((await done(four.getProjectKey(id, made.api_key_id))).api_key.comment, "four");
    assert.equal((await four.deleteProjectKey(id, made.api_key_id)).error, null);
  });

  await check("4: members, invitations, usage, requests, balances, models, a token", async () => {
    assert.ok((await done(four.getProjectMembers(id))).members.length > 0);
    assert.ok(Array.isArray((await done(four.getProjectInvites(id))).invites));
    assert.ok((await done(four.getProjectUsageSummary(id, { start: "2026-01-01", end: "2026-12-31" }))).resolution);
    assert.ok(Array.isArray((await done(four.getProjectUsageFields(id, {}))).tags));
    assert.ok(Array.isArray((await done(four.getProjectUsageRequests(id, {}))).requests));
    assert.equal((await done(four.getProjectBalances(id))).balances[0].units, "usd");
    assert.ok((await done(four.getAllModels(id))).stt.length > 0);
    assert.ok((await done(olderVersion(4, base, credentials.api_key).auth.grantToken())).access_token);
  });
}
