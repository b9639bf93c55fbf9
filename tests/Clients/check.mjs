// Named checks, one line each. A failed check stops its program and not the others.
import assert from "node:assert/strict";

let passed = 0;
let failed = 0;

export { assert };

/** Runs one check and hands back what it returns; a program's later checks may build on it. */
export async function check(name, body) {
  try {
    const value = await body();
    passed += 1;
    console.log(`ok      ${name}`);
    return value;
  } catch (error) {
    failed += 1;
    console.log(`not ok  ${name}`);
    console.log(`        ${String(error?.stack ?? error).split("\n").slice(0, 6).join("\n        ")}`);
    throw new StopProgram();
  }
}

/** The status of a call that must be refused; its error text may be inspected by `inspect`. */
export async function refused(status, call, inspect = () => {}) {
  let answer;
  try {
    answer = await call();
  } catch (error) {
    assert.equal(error.code, status, `expected ${status}, got ${error.code ?? error}: ${JSON.stringify(error.body ?? error.message)}`);
    inspect(error.body ?? {});
    return;
  }
  assert.fail(`expected ${status}, but the call was answered: ${JSON.stringify(answer)}`);
}

/** Nothing the client library could not read: it marks such objects instead of failing. */
export function readable(value, path = "answer") {
  if (value === null || typeof value !== "object" || value instanceof Date) {
    return;
  }
  assert.ok(!value._unparsed && !("unparsedObject" in value), `${path} holds what the client cannot read: ${JSON.stringify(value)}`);
  for (const [name, inner] of Object.entries(value)) {
    readable(inner, `${path}.${name}`);
  }
}

/** Runs a program to its end or to its first failed check. */
export async function run(name, program, context) {
  console.log(`# ${name}`);
  try {
    await program(context);
  } catch (error) {
    if (!(error instanceof StopProgram)) {
      failed += 1;
      console.log(`not ok  ${name} ended with ${error?.stack ?? error}`);
    }
  }
}

/** Prints the tally; true when all went well. */
export function finish() {
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0;
}

class StopProgram extends Error {}
