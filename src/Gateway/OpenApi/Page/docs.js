"use strict";

const byId = (id) => document.getElementById(id);

/** Makes an element; every text goes in as text, never as markup. */
function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

function resolve(api, schema) {
  while (schema?.$ref) {
    schema = schema.$ref.split("/").slice(1).reduce((node, name) => node[name], api);
  }
  return schema;
}

/** A value that fits a schema, to start from. */
function example(api, schema, depth = 0) {
  schema = resolve(api, schema);
  if (!schema || depth > 8) return {};
  if (schema.example !== undefined) return schema.example;
  if (schema.enum) return schema.enum[0];
  switch (schema.type) {
    case "object": {
      const required = new Set(schema.required ?? []);
      return Object.fromEntries(Object.entries(schema.properties ?? {})
        .filter(([name]) => required.has(name))
        .map(([name, member]) => [name, example(api, member, depth + 1)]));
    }
    case "array": return [];
    case "integer": return schema.minimum ?? 0;
    case "boolean": return false;
    default: return schema.format === "uuid" ? "00000000-0000-0000-0000-000000000000" : "";
  }
}

/** A schema as an indented outline. */
function outline(api, schema, indent = "") {
  schema = resolve(api, schema);
  if (!schema) return "";
  if (schema.type === "array") return `[\n${indent}  ${outline(api, schema.items, indent + "  ")}\n${indent}]`;
  if (schema.type === "object" && schema.properties) {
    const required = new Set(schema.required ?? []);
    const lines = Object.entries(schema.properties).map(([name, member]) => {
      const described = resolve(api, member);
      const note = described.description ? `  // ${described.description}` : "";
      return `${indent}  ${name}${required.has(name) ? "*" : ""}: ${outline(api, member, indent + "  ")}${note}`;
    });
    return `{\n${lines.join("\n")}\n${indent}}`;
  }
  if (schema.type === "object" && schema.additionalProperties) return `{ key: ${outline(api, schema.additionalProperties, indent)} }`;
  if (schema.enum) return schema.enum.join(" | ");
  return schema.format ? `${schema.type} (${schema.format})` : schema.type ?? "any";
}

function parameterTable(api, operation) {
  const inputs = [];
  const rows = (operation.parameters ?? []).map((parameter) => {
    const input = make("input", { placeholder: String(resolve(api, parameter.schema)?.default ?? ""), ariaLabel: parameter.name });
    inputs.push({ parameter, input });
    return make("tr", {},
      make("td", {}, make("code", { className: parameter.required ? "required" : "", textContent: parameter.name + (parameter.required ? "*" : "") })),
      make("td", { textContent: parameter.in }),
      make("td", {}, input),
      make("td", { textContent: parameter.description ?? "" }));
  });
  return { inputs, table: rows.length === 0 ? null : make("table", {}, ...rows) };
}

/** What a request may carry: a text to edit, in the first form that is described, and a file where any bytes will do. */
function bodyOf(api, operation) {
  const content = resolve(api, operation.requestBody)?.content;
  if (!content) return { parts: [] };
  const [type, { schema }] = Object.entries(content).find(([type]) => type !== "*/*") ?? ["*/*", {}];
  const isJson = type.includes("json") && !type.includes("ndjson");
  const area = type === "*/*" ? null : make("textarea", { value: isJson ? JSON.stringify(example(api, schema), null, 2) : "", spellcheck: false, ariaLabel: "Request body" });
  const file = "*/*" in content ? make("input", { type: "file", ariaLabel: "A file instead" }) : null;
  return {
    area, file, type,
    parts: [
      make("h3", { textContent: isJson ? "Request body" : `Request body (${type})` }), area,
      file ? make("p", {}, make("label", { textContent: area ? "or a file: " : "A file: " }, file)) : null,
      schema ? make("details", {}, make("summary", { textContent: "Shape" }), make("pre", { textContent: outline(api, schema) })) : null,
    ],
  };
}

/** The headers that say who calls, in the form that the operation asks for. */
function credentials(operation) {
  const [key, application] = [byId("api-key").value, byId("application-key").value];
  if (operation.security?.some((one) => "speechKey" in one)) return key ? { authorization: `Token ${key}` } : {};
  return { ...(key ? { "DD-API-KEY": key } : {}), ...(application ? { "DD-APPLICATION-KEY": application } : {}) };
}

async function send(method, path, operation, inputs, body, output) {
  const headers = { accept: "*/*", ...credentials(operation) };
  const query = new URLSearchParams();
  for (const { parameter, input } of inputs) {
    if (parameter.in === "path") path = path.replace(`{${parameter.name}}`, encodeURIComponent(input.value));
    else if (input.value !== "" && parameter.in === "query") query.set(parameter.name, input.value);
    else if (input.value !== "" && parameter.in === "header") headers[parameter.name] = input.value;
  }
  const init = { method, headers };
  if (body.file?.files.length > 0) {
    init.body = body.file.files[0];
    headers["content-type"] = init.body.type || "application/octet-stream";
  } else if (body.area) {
    headers["content-type"] = body.type;
    init.body = body.area.value;
  }
  const target = query.size > 0 ? `${path}?${query}` : path;
  output.textContent = `${method} ${target} …`;
  try {
    const started = performance.now();
    const answer = await fetch(target, init);
    const text = await answer.text();
    let shown = text;
    try { shown = JSON.stringify(JSON.parse(text), null, 2); } catch { /* not JSON: shown as it came */ }
    const lines = [...answer.headers].map(([name, value]) => `${name}: ${value}`);
    output.textContent = `${answer.status} in ${Math.round(performance.now() - started)} ms\n${lines.join("\n")}\n\n${shown}`;
  } catch (error) {
    output.textContent = `The request could not be sent: ${error.message}`;
  }
}

function show(api, path, method, operation) {
  const { inputs, table } = parameterTable(api, operation);
  const body = bodyOf(api, operation);
  const output = make("pre", { hidden: true });
  const button = make("button", { type: "button", textContent: "Send" });
  button.addEventListener("click", () => {
    output.hidden = false;
    send(method.toUpperCase(), path, operation, inputs, body, output);
  });
  const responses = Object.entries(operation.responses).map(([status, response]) => {
    const described = resolve(api, response);
    const content = described.content ? Object.values(described.content)[0] : null;
    return make("details", {},
      make("summary", { textContent: `${status} ${described.description}` }),
      content?.schema ? make("pre", { textContent: outline(api, content.schema) }) : null);
  });
  return make("details", { className: "operation", id: operation.operationId },
    make("summary", {},
      make("span", { className: "method", textContent: method.toUpperCase() }),
      make("span", { className: "path", textContent: path }),
      make("span", { className: "summary", textContent: operation.summary })),
    make("div", { className: "body" },
      make("p", { textContent: [operation.description, operation["x-permission"] ? `Permission: ${operation["x-permission"]}.` : null].filter(Boolean).join(" ") }),
      table ? make("h3", { textContent: "Parameters" }) : null, table,
      ...body.parts,
      make("p", {}, button), output,
      make("h3", { textContent: "Answers" }), ...responses));
}

async function start() {
  const api = await (await fetch("/openapi/v1.json")).json();
  byId("about").textContent = `${api.info.description} Version ${api.info.version}.`;
  const groups = new Map(api.tags.map((tag) => [tag.name, []]));
  for (const [path, methods] of Object.entries(api.paths)) {
    for (const [method, operation] of Object.entries(methods)) groups.get(operation.tags[0]).push({ path, method, operation });
  }
  const main = byId("operations");
  const index = byId("index");
  main.replaceChildren();
  for (const [tag, operations] of groups) {
    main.append(make("h2", { textContent: tag }));
    const heading = make("h2", { textContent: tag });
    index.append(heading);
    for (const { path, method, operation } of operations) {
      main.append(show(api, path, method, operation));
      const link = make("a", { href: `#${operation.operationId}`, textContent: operation.summary });
      link.dataset.words = `${operation.operationId} ${operation.summary} ${method} ${path}`.toLowerCase();
      link.addEventListener("click", () => { byId(operation.operationId).open = true; });
      index.append(link);
    }
  }
  byId("search").addEventListener("input", (event) => {
    const wanted = event.target.value.toLowerCase();
    for (const link of index.querySelectorAll("a")) link.hidden = !link.dataset.words.includes(wanted);
  });
  byId("keys").addEventListener("submit", (event) => event.preventDefault());
  if (location.hash) {
    const target = byId(decodeURIComponent(location.hash.slice(1)));
    if (target) { target.open = true; target.scrollIntoView(); }
  }
}

start().catch((error) => { byId("operations").textContent = `The API's description could not be read: ${error.message}`; });
