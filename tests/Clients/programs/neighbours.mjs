// What clients use beside cases: cases of security findings, personal access tokens, the audit log.
import { assert, check, readable, refused } from "../check.mjs";
import { configure, createProject, standardType, unique, v2 } from "../connect.mjs";

const day = 24 * 3600 * 1000;

export default async function neighbours(api) {
  const { base_url: baseUrl, api_key: apiKey, application_key: applicationKey } = api.credentials;
  const configuration = configure(baseUrl, apiKey, applicationKey);
  const security = new v2.SecurityMonitoringApi(configuration);
  const tokens = new v2.KeyManagementApi(configuration);
  const audit = new v2.AuditApi(configuration);
  const project = await createProject(api, "Findings");
  const [first, second] = [`f1-${unique()}`, `f2-${unique()}`];
  const findings = (...ids) => ({ data: ids.map((id) => ({ id, type: "findings" })) });
  const insightsOf = async (caseId) => {
    const answer = await (await api.plain("GET", `/api/v2/cases/${caseId}`)).json();
    return (answer.data.attributes.insights ?? []).map((one) => one.resource_id);
  };

  const made = await check("cases are made of security findings", async () => {
    const of = (title, id) => ({
      type: "cases",
      attributes: { title, priority: "P2" },
      relationships: { findings: findings(id), project: { data: { id: project.id, type: "projects" } } },
    });
    const answer = await security.createCases({ body: { data: [of("First", first), of("Second", second)] } });
    readable(answer);
    assert.deepEqual(answer.data.map((one) => one.attributes.title), ["First", "Second"]);
    return answer.data;
  });

  await check("a finding is attached to another case, and is in that one only", async () => {
    const answer = await security.attachCase({
      caseId: made[0].id, body: { data: { id: made[0].id, type: "cases", relationships: { findings: findings(second) } } },
    });
    readable(answer);
    assert.deepEqual(await insightsOf(made[0].id), [first, second]);
    assert.deepEqual(await insightsOf(made[1].id), []);
  });

  await check("findings are detached", async () => {
    await security.detachCase({ body: { data: { type: "cases", relationships: { findings: findings(first, second) } } } });
    assert.deepEqual(await insightsOf(made[0].id), []);
  });

  const token = await check("a personal access token is made, and works as the public client's application key", async () => {
    const answer = await tokens.createPersonalAccessToken({
      body: { data: { type: "personal_access_tokens", attributes: { name: `Reads ${unique()}`, scopes: ["cases_read"], expiresAt: new Date(Date.now() + 2 * day) } } },
    });
    readable(answer);
    const reader = new v2.CaseManagementApi(configure(baseUrl, apiKey, answer.data.attributes.key));
    readable(await reader.searchCases({ filter: "type:STANDARD", pageSize: 1 }));
    await refused(403, () => reader.createCase({
      body: {
        data: {
          type: "case",
          attributes: { title: "x", typeId: standardType },
          relationships: { project: { data: { id: project.id, type: "project" } } },
        },
      },
    }));
    return answer.data;
  });

  await check("the token is read, listed and changed, and its key is not shown again", async () => {
    const read = await tokens.getPersonalAccessToken({ tokenId: token.id });
    readable(read);
    assert.ok(!JSON.stringify(read).includes(token.attributes.key));
    const listed = await tokens.listPersonalAccessTokens({ filter: token.attributes.name, pageSize: 10 });
    readable(listed);
    assert.deepEqual(listed.data.map((one) => one.id), [token.id]);
    const changed = await tokens.updatePersonalAccessToken({
      tokenId: token.id, body: { data: { id: token.id, type: "personal_access_tokens", attributes: { name: "Renamed" } } },
    });
    readable(changed);
    assert.equal(changed.data.attributes.name, "Renamed");
  });

  await check("a revoked token is gone", async () => {
    await tokens.revokePersonalAccessToken({ tokenId: token.id });
    await refused(404, () => tokens.updatePersonalAccessToken({
      tokenId: token.id, body: { data: { id: token.id, type: "personal_access_tokens", attributes: { name: "Again" } } },
    }));
  });

  await check("the audit log is read, page by page", async () => {
    const answer = await audit.listAuditLogs({ filterFrom: new Date(Date.now() - day), pageLimit: 2 });
    readable(answer);
    assert.ok(answer.data.length <= 2);
  });

  await api.cases.deleteProject({ projectId: project.id });
}
