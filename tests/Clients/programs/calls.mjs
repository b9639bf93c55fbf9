// A call of a case, live: the case is opened by Datadog's client, its audio is sent by Deepgram's, and what is said is in the case while it goes on.
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { assert, check } from "../check.mjs";
import { createCase, createProject } from "../connect.mjs";
import { version5 } from "../speech.mjs";

const recording = "/usr/share/pocketsphinx/test/data/goforward.raw";
const recorded = "go forward ten meters";

/** Waits for what comes in a moment; the engine may still be loading its model. */
async function eventually(find) {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    const found = await find();
    if (found) {
      return found;
    }
    await pause(100);
  }
  throw new Error("it did not come about");
}

export default async function calls(api) {
  if (!existsSync(recording)) {
    console.log("skipped pocketsphinx-testdata is not installed");
    return;
  }

  const { base_url: base, api_key: key } = api.credentials;
  const five = version5(base.replace(/\/$/, ""), key);
  const audio = readFileSync(recording);
  const subject = await createCase(api, await createProject(api), "A customer calls about an invoice");
  const cells = async (type) => {
    const answer = await api.plain("GET", `/api/v2/cases/${subject.id}/timelines?page%5Bsize%5D=100&sort%5Bascending%5D=true`);
    return (await answer.json()).data.filter((cell) => cell.attributes.type === type).map((cell) => cell.attributes.cell_content);
  };
  const said = async () => (await cells("CALL_SAID")).flatMap((cell) => cell.lines);

  const connection = await five.listen.v1.connect({
    model: "nova-3", encoding: "linear16", sample_rate: 16000, endpointing: "false", queryParams: { case_id: subject.id },
  });
  const closed = new Promise((resolve, reject) => {
    connection.on("close", resolve);
    connection.on("error", reject);
  });

  await check("what is said in a live call is in the case's timeline while the call goes on", async () => {
    connection.connect();
    await Promise.race([connection.waitForOpen(), closed]);
    for (let at = 0; at < audio.length; at += 3200) {
      connection.sendMedia(audio.subarray(at, at + 3200));
      await pause(20);
    }
    connection.sendFinalize({ type: "Finalize" });
    await eventually(async () => (await said()).map((line) => line.text).join(" ").trim() === recorded);
    assert.equal((await cells("CALL_STARTED")).length, 1);
    assert.equal((await cells("CALL_ENDED")).length, 0);
  });

  await check("its record and its transcript are attached at its end", async () => {
    connection.sendCloseStream({ type: "CloseStream" });
    assert.equal((await closed).code, 1000);
    await eventually(async () => (await cells("CALL_ENDED")).length === 1);
    const { data } = await (await api.plain("GET", `/api/v2/cases/${subject.id}/calls`)).json();
    assert.equal(data.length, 1);
    assert.equal(data[0].attributes.state, "ended");
    const transcript = await api.plain("GET", `/api/v2/cases/${subject.id}/calls/${data[0].id}/transcript`);
    assert.match(await transcript.text(), new RegExp(recorded));
  });

  await check("the case is found by a word that was said", async () => {
    await eventually(async () => {
      const { data } = await api.cases.searchCases({ filter: "meters", pageSize: 100 });
      return data.some((found) => found.id === subject.id);
    });
  });
}
