// How a public client is pointed at Switchboard: server 1 takes protocol and name as variables.
import { readFileSync } from "node:fs";
import datadog from "@datadog/datadog-api-client";

export const { client, v1, v2 } = datadog;

/** What `./dev up` wrote for development. */
export function readCredentials(file) {
  return JSON.parse(readFileSync(file, "utf8"));
}

/** A configuration with these keys; leave a key out to send none. */
export function configure(baseUrl, apiKey, applicationKey) {
  const url = new URL(baseUrl);
  const configuration = client.createConfiguration({
    serverIndex: 1,
    authMethods: { apiKeyAuth: apiKey, appKeyAuth: applicationKey },
  });
  configuration.setServerVariables({ protocol: url.protocol.slice(0, -1), name: url.host });
  return configuration;
}

/** The APIs that the programs use, and a plain fetch with the same keys for what the client refuses to send. */
export function connect(credentials) {
  const configuration = configure(credentials.base_url, credentials.api_key, credentials.application_key);
  return {
    credentials,
    authentication: new v1.AuthenticationApi(configuration),
    cases: new v2.CaseManagementApi(configuration),
    users: new v2.UsersApi(configuration),
    teams: new v2.TeamsApi(configuration),
    roles: new v2.RolesApi(configuration),
    policies: new v2.RestrictionPoliciesApi(configuration),
    plain: (method, path, body, headers = {}) =>
      fetch(new URL(path, credentials.base_url), {
        method,
        headers: {
          "DD-API-KEY": credentials.api_key,
          "DD-APPLICATION-KEY": credentials.application_key,
          ...(body === undefined ? {} : { "Content-Type": "application/json" }),
          ...headers,
        },
        body,
      }),
  };
}

/** The built-in standard case type. */
export const standardType = "00000000-0000-0000-0000-000000000001";

/** A text that nobody else uses, so that programs can run again on the same data. */
export function unique(length = 6) {
  return Array.from({ length }, () => String.fromCharCode(65 + Math.floor(Math.random() * 26))).join("");
}

/** A new project. */
export async function createProject(api, name = "Network operations") {
  const answer = await api.cases.createProject({
    body: { data: { type: "project", attributes: { key: `N${unique(7)}`, name } } },
  });
  return answer.data;
}

/** A new case of the standard type; `attributes` are added to its title. */
export async function createCase(api, project, title, attributes = {}, relationships = {}) {
  const answer = await api.cases.createCase({
    body: {
      data: {
        type: "case",
        attributes: { title, typeId: standardType, ...attributes },
        relationships: { project: { data: { id: project.id, type: "project" } }, ...relationships },
      },
    },
  });
  return answer.data;
}
