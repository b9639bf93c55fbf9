// What is refused, with the documented status and one of the four documented shapes.
import { assert, check } from "../check.mjs";
import { createCase, createProject, standardType } from "../connect.mjs";

const unknown = "3c7a3f30-0000-4000-8000-000000000000";

export default async function errors(api) {
  const project = await createProject(api);
  const subject = await createCase(api, project, "Subject");
  const post = (path, body) => api.plain("POST", path, typeof body === "string" ? body : JSON.stringify(body));
  const attributes = (values) => ({ data: { type: "case", attributes: values } });
  const newCase = (values, projectId = project.id) => ({
    data: {
      type: "case",
      attributes: { type_id: standardType, ...values },
      relationships: { project: { data: { id: projectId, type: "project" } } },
    },
  });
  const expectError = async (call, status, expected) => {
    const answer = await call;
    const text = await answer.text();
    assert.equal(answer.status, status, text);
    assert.match(answer.headers.get("content-type"), /^application\/vnd\.api\+json/);
    const error = JSON.parse(text).errors[0];
    for (const [name, value] of Object.entries(expected)) {
      if (value instanceof RegExp) {
        assert.match(error[name], value);
      } else {
        assert.equal(error[name], value, text);
      }
    }
  };

  const refusals = [
    ["an unknown case", () => api.plain("GET", `/api/v2/cases/${unknown}`), 404, { code: "resource_not_found", title: "case not found" }],
    ["an unknown project", () => api.plain("GET", `/api/v2/cases/projects/${unknown}`), 404, { title: /project not found/ }],
    ["a case in an unknown project", () => post("/api/v2/cases", newCase({ title: "x" }, unknown)), 404, { title: "project not found" }],
    ["a body that is not JSON", () => post("/api/v2/cases", "{"), 400, { status: "400", title: "Bad Request" }],
    ["an empty title", () => post(`/api/v2/cases/${subject.id}/title`, attributes({ title: "" })), 400, { status: "400", title: "Bad Request" }],
    [
      "the wrong JSON:API type",
      () => post(`/api/v2/cases/${subject.id}/title`, { data: { type: "project", attributes: { title: "x" } } }),
      400,
      { detail: /got type "project" expected one of "case"/ },
    ],
    [
      "an unknown priority",
      () => post(`/api/v2/cases/${subject.id}/priority`, attributes({ priority: "P1234" })),
      400,
      { title: "Generic Error", detail: /invalid priority P1234\. Must be one of P1, P2, P3, P4, P5, NOT_DEFINED/ },
    ],
    ["an unknown status", () => post(`/api/v2/cases/${subject.id}/status`, attributes({ status: "X" })), 400, { detail: /invalid status X/ }],
    [
      "an attribute that is no list",
      () => post(`/api/v2/cases/${subject.id}/attributes`, attributes({ attributes: { team: "net" } })),
      400,
      { detail: /error decoding attribute "attributes": invalid type string/ },
    ],
    ["an assignee that is no id", () => post(`/api/v2/cases/${subject.id}/assign`, attributes({ assignee_id: "me" })), 400, { status: "400" }],
    [
      "a comment's id that is no id",
      () => api.plain("DELETE", `/api/v2/cases/${subject.id}/comment/7`),
      400,
      { title: "Invalid Parameter", detail: /invalid parameter "CommentID" in "path"; expected type "uuid"/ },
    ],
    ["a comment that does not exist", () => api.plain("DELETE", `/api/v2/cases/${subject.id}/comment/${unknown}`), 404, { title: /timeline cell not found/ }],
  ];
  for (const [name, call, status, expected] of refusals) {
    await check(`${name} is ${status}`, () => expectError(call(), status, expected));
  }

  await check("a request without keys is 401", async () => {
    const answer = await fetch(new URL("/api/v2/cases/projects", api.credentials.base_url));
    assert.equal(answer.status, 401);
    assert.ok((await answer.json()).errors.length > 0);
  });

  await check("an answer carries the rate limit and a request id", async () => {
    const answer = await api.plain("GET", "/api/v2/cases/projects");
    for (const name of ["limit", "period", "remaining", "reset"]) {
      assert.match(answer.headers.get(`x-ratelimit-${name}`) ?? "", /^\d+$/, `x-ratelimit-${name}`);
    }
    assert.ok(answer.headers.get("x-request-id"));
  });
}
