// Clients of the gRPC port, made from the .proto files as any other team would.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import grpc from "@grpc/grpc-js";
import loader from "@grpc/proto-loader";

export { grpc };

const protos = join(dirname(fileURLToPath(import.meta.url)), "../../../protos");
const options = { includeDirs: [protos], keepCase: true, longs: Number, enums: String, defaults: true, oneofs: true };

/** A package of .proto files, loaded at run time. */
export function load(...files) {
  return grpc.loadPackageDefinition(loader.loadSync(files, options));
}

/** Where the instance that wrote these credentials speaks gRPC, as its ready line says. */
export function grpcAddress(credentialsFile) {
  const line = readFileSync(join(dirname(credentialsFile), "silo.ready"), "utf8");
  const address = /gRPC http:\/\/(\S+)/.exec(line)?.[1];
  if (!address) {
    throw new Error(`the ready line names no gRPC port: ${line}`);
  }
  return address;
}

/** Metadata with the keys, and more. */
export function keys(credentials, more = {}) {
  const metadata = new grpc.Metadata();
  metadata.set("dd-api-key", credentials.api_key);
  metadata.set("dd-application-key", credentials.application_key);
  for (const [name, value] of Object.entries(more)) {
    metadata.set(name, value);
  }
  return metadata;
}

/** Calls a method that answers with one message; hands back the message, the response's metadata and the status. */
export function unary(client, method, request, metadata, callOptions = {}) {
  return new Promise((resolve, reject) => {
    let headers;
    let message;
    const call = client[method](request, metadata, callOptions, (error, answer) => {
      message = answer;
      if (error) {
        reject(error);
      }
    });
    call.on("metadata", (received) => { headers = received; });
    call.on("status", (status) => { if (status.code === 0) { resolve({ message, headers, status }); } });
  });
}

/** Reads messages until `enough` says so or the stream ends. */
export function collect(call, enough = () => false) {
  return new Promise((resolve, reject) => {
    const messages = [];
    call.on("data", (message) => {
      messages.push(message);
      if (enough(messages)) {
        call.cancel();
        resolve(messages);
      }
    });
    call.on("end", () => resolve(messages));
    call.on("error", (error) => (error.code === grpc.status.CANCELLED ? resolve(messages) : reject(error)));
  });
}

/** The code of a call that must be refused. */
export async function refusedWith(code, call, assert) {
  const error = await call().then((answer) => assert.fail(`answered: ${JSON.stringify(answer.message)}`), (refusal) => refusal);
  assert.equal(error.code, code, error.stack);
  return error;
}
