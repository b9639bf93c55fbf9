// The documentation's page: its script, run against as much of a browser as it needs, describes every operation of the document.
import { runInNewContext } from "node:vm";
import { assert, check } from "../check.mjs";

/** An element that remembers what was put into it. */
class Element {
  constructor(tag) {
    Object.assign(this, { tag, children: [], dataset: {}, files: [], value: "", textContent: "" });
  }
  append(...children) {
    this.children.push(...children);
  }
  replaceChildren(...children) {
    this.children = children;
  }
  addEventListener() {}
  *all() {
    for (const child of this.children) {
      if (child instanceof Element) {
        yield child;
        yield* child.all();
      }
    }
  }
  find(tag, holds = () => true) {
    return [...this.all()].find((one) => one.tag === tag && holds(one));
  }
}

export default async function docs({ credentials }) {
  const get = async (path) => fetch(new URL(path, credentials.base_url));

  await check("the documentation's page describes every operation and how to call it", async () => {
    const api = await (await get("/openapi/v1.json")).json();
    const page = await (await get("/docs")).text();
    const byId = Object.fromEntries([...page.matchAll(/<(\w+)[^>]* id="([^"]+)"/g)].map(([, tag, id]) => [id, new Element(tag)]));
    const document = { getElementById: (id) => byId[id], createElement: (tag) => new Element(tag) };
    const started = new Promise((resolve) => {
      byId.search.addEventListener = resolve; // the last thing that a page that works sets up
      Object.defineProperty(byId.operations, "textContent", { set: (text) => resolve(text) });
    });
    runInNewContext(await (await get("/docs/docs.js")).text(), { document, location: { hash: "" }, fetch: get, URLSearchParams, performance });
    assert.equal(await started, "input");

    const operations = Object.values(api.paths).flatMap((methods) => Object.values(methods));
    const shown = new Map(byId.operations.children.filter((one) => one.id).map((one) => [one.id, one]));
    assert.deepEqual([...shown.keys()].sort(), operations.map((one) => one.operationId).sort());
    for (const operation of operations) {
      const element = shown.get(operation.operationId);
      assert.equal(Boolean(element.find("textarea") ?? element.find("input", (one) => one.type === "file")), Boolean(operation.requestBody), operation.operationId);
    }
    const file = operations.find((one) => one.requestBody?.content?.["*/*"]);
    assert.ok(shown.get(file.operationId).find("input", (one) => one.type === "file"));
  });
}
