// The gRPC port with the reference client (@grpc/grpc-js), and gRPC-Web with another vendor's client (@connectrpc).
import { createClient } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-node";
import { create, createFileRegistry, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { assert, check } from "../check.mjs";
import { standardType, unique } from "../connect.mjs";
import { collect, grpc, grpcAddress, keys, load, refusedWith, unary } from "../grpc/connect.mjs";

export default async function program({ credentials, credentialsFile }) {
  const address = grpcAddress(credentialsFile);
  const plain = grpc.credentials.createInsecure();
  const { CaseApi } = load("switchboard/cases/v1/case_api.proto").switchboard.cases.v1;
  const { Health } = load("grpc/health/v1/health.proto").grpc.health.v1;
  const api = new CaseApi(address, plain);
  const health = new Health(address, plain);

  await check("health is served without keys, once and as a stream", async () => {
    const { message } = await unary(health, "Check", { service: "switchboard.cases.v1.CaseApi" }, new grpc.Metadata());
    assert.equal(message.status, "SERVING");
    const seen = await collect(health.Watch({ service: "" }), (messages) => messages.length > 0);
    assert.equal(seen[0].status, "SERVING");
    await refusedWith(grpc.status.NOT_FOUND, () => unary(health, "Check", { service: "no.such" }, new grpc.Metadata()), assert);
  });

  const files = await check("reflection tells everything that a client needs, in both versions", async () => {
    let found;
    for (const version of ["v1", "v1alpha"]) {
      const { ServerReflection } = load(`grpc/reflection/${version}/reflection.proto`).grpc.reflection[version];
      const call = new ServerReflection(address, plain).ServerReflectionInfo();
      const answers = collect(call);
      call.write({ list_services: "" });
      call.write({ file_containing_symbol: "switchboard.cases.v1.CaseApi" });
      call.end();
      const [services, described] = await answers;
      const names = services.list_services_response.service.map((one) => one.name);
      assert.ok(names.includes("switchboard.cases.v1.CaseApi") && names.includes("grpc.health.v1.Health"), names.join());
      found = described.file_descriptor_response.file_descriptor_proto;
    }
    return found;
  });

  const project = await check("a project and a case are created, with metadata of the limits", async () => {
    const { message } = await unary(api, "CreateProject", { key: `R${unique(7)}`, name: "gRPC" }, keys(credentials));
    const opened = await unary(
      api, "CreateCase",
      { project_id: message.id, type_id: standardType, title: "Über „gRPC“", priority: "PRIORITY_P2", attributes: { team: { values: ["a", "b"] } } },
      keys(credentials, { "idempotency-key": unique(12) }));
    assert.equal(opened.message.key, `${message.key}-1`);
    assert.deepEqual(opened.message.attributes.team.values, ["a", "b"]);
    assert.ok(Number(opened.headers.get("x-ratelimit-limit")[0]) > 0);
    return message;
  });
  const id = `${project.key}-1`;

  await check("what gRPC wrote, REST reads, and the other way round", async () => {
    const rest = async (method, path, body) => (await fetch(new URL(path, credentials.base_url), {
      method,
      headers: { "DD-API-KEY": credentials.api_key, "DD-APPLICATION-KEY": credentials.application_key, "Content-Type": "application/json" },
      body: body && JSON.stringify(body),
    })).json();
    assert.equal((await rest("GET", `/api/v2/cases/${id}`)).data.attributes.title, "Über „gRPC“");
    await rest("POST", `/api/v2/cases/${id}/title`, { data: { type: "case", attributes: { title: "by REST" } } });
    assert.equal((await unary(api, "GetCase", { case_id: id }, keys(credentials))).message.title, "by REST");
  });

  await check("refusals have codes, texts and details", async () => {
    const missing = await refusedWith(grpc.status.NOT_FOUND, () => unary(api, "GetCase", { case_id: "NONE-1" }, keys(credentials)), assert);
    assert.match(missing.details, /case not found/);
    assert.ok(missing.metadata.get("grpc-status-details-bin")[0].length > 0);
    await refusedWith(grpc.status.UNAUTHENTICATED, () => unary(api, "GetCase", { case_id: id }, new grpc.Metadata()), assert);
    await refusedWith(grpc.status.INVALID_ARGUMENT, () => unary(api, "UpdateCaseTitle", { case_id: id, title: "" }, keys(credentials)), assert);
    await refusedWith(grpc.status.INVALID_ARGUMENT, () => unary(api, "UpdateStatus", { case_id: id, status_name: "Ü 100%" }, keys(credentials)), assert);
  });

  await check("cases are imported by a client stream, one result for each row", async () => {
    const answer = await new Promise((resolve, reject) => {
      const call = api.ImportCases(keys(credentials), (error, message) => (error ? reject(error) : resolve(message)));
      for (let i = 0; i < 50; i += 1) {
        call.write({ reference: `r${i}`, case: { project_id: project.id, type_id: standardType, title: i === 3 ? "" : `row ${i}` } });
      }
      call.end();
    });
    assert.equal(answer.created, 49);
    assert.deepEqual(answer.results.map((one) => one.reference), Array.from({ length: 50 }, (_, i) => `r${i}`));
    assert.equal(answer.results[3].code, grpc.status.INVALID_ARGUMENT);
  });

  await check("changes are streamed while another client edits, and go on after a break", async () => {
    let last = "";
    const watch = (from) => api.WatchCases({ filter: `key:${id}`, last_event_id: from }, keys(credentials));
    const seen = await collect(watch(""), (messages) => {
      if (messages.at(-1).message === "ready") {
        unary(api, "UpdateCaseDescription", { case_id: id, description: "watched" }, keys(credentials)).catch(() => {});
      }
      last = messages.at(-1).position;
      return messages.at(-1).message === "change";
    });
    assert.equal(seen.at(-1).change.data.description, "watched");
    await unary(api, "UpdateCaseDescription", { case_id: id, description: "missed" }, keys(credentials));
    const missed = await collect(watch(last), (messages) => messages.at(-1).message === "change");
    assert.equal(missed.at(-1).change.data.description, "missed");
  });

  await check("a deadline and a cancellation end a stream", async () => {
    const watch = health.Watch({ service: "" }, { deadline: Date.now() + 300 });
    const error = await new Promise((resolve) => { watch.on("data", () => {}); watch.on("error", resolve); });
    assert.equal(error.code, grpc.status.DEADLINE_EXCEEDED);
    const cancelled = health.Watch({ service: "" });
    const end = new Promise((resolve) => cancelled.on("error", resolve));
    cancelled.on("data", () => cancelled.cancel());
    assert.equal((await end).code, grpc.status.CANCELLED);
  });

  await check("gzip both ways", async () => {
    const packed = new CaseApi(address, plain, { "grpc.default_compression_algorithm": grpc.compressionAlgorithms.gzip });
    const description = "lorem ipsum ".repeat(2000);
    const { message } = await unary(packed, "UpdateCaseDescription", { case_id: id, description }, keys(credentials));
    assert.equal(message.description, description);
    packed.close();
  });

  await check("a hundred calls at once on one connection", async () => {
    const answers = await Promise.all(Array.from({ length: 100 }, () => unary(api, "GetCase", { case_id: id }, keys(credentials))));
    assert.equal(new Set(answers.map((one) => one.message.id)).size, 1);
  });

  await check("gRPC-Web over HTTP/1.1 with a client made from reflection", async () => {
    const file = files.map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes));
    const registry = createFileRegistry(create(FileDescriptorSetSchema, { file }));
    const transport = createGrpcWebTransport({ baseUrl: credentials.base_url, httpVersion: "1.1" });
    const web = createClient(registry.getService("switchboard.cases.v1.CaseApi"), transport);
    const headers = { "dd-api-key": credentials.api_key, "dd-application-key": credentials.application_key };
    assert.equal((await web.getCase({ caseId: id }, { headers })).title, "by REST");
    await assert.rejects(() => web.getCase({ caseId: "NONE-1" }, { headers }), (error) => error.code === 5);
  });

  await check("calls are measured, by method and status", async () => {
    const lines = (await (await fetch(new URL("/metrics", credentials.base_url))).text()).split("\n");
    const measured = (name, ...labels) => lines.some((line) => line.startsWith(`${name}{`) && labels.every((label) => line.includes(label)) && !line.endsWith(" 0"));
    assert.ok(measured("switchboard_grpc_call_duration_seconds_count", "GetCase", 'status="OK"'));
    assert.ok(measured("switchboard_grpc_call_duration_seconds_count", "GetCase", 'status="NOT_FOUND"'));
    assert.ok(measured("switchboard_grpc_messages_total", "GetCase", 'direction="received"'));
    assert.ok(measured("switchboard_grpc_messages_total", "GetCase", 'direction="sent"'));
    assert.ok(lines.some((line) => line.startsWith("switchboard_grpc_calls_active{")));
  });

  api.close();
  health.close();
}
