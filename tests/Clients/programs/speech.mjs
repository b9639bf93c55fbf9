// Speech, live and from files, through Deepgram's public clients, versions 5, 4 and 3, against the engine that really listens.
import { execFileSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { WebSocketServer } from "ws";
import { assert, check } from "../check.mjs";
import { eventsOf, olderModule, olderVersion, version5 } from "../speech.mjs";

const recording = "/usr/share/pocketsphinx/test/data/goforward.raw";
const recorded = "go forward ten meters";
const recordedSeconds = 2.786;
const spoken = "the bank is open from nine in the morning until five in the evening";
const raw = { model: "nova-3", encoding: "linear16", sample_rate: 16000 };

// A studio recording of a telephone system, and what it says.
const prompt = "/usr/share/asterisk/sounds/en_US_f_Allison/transfer.g722";
const prompted = "please hold while i try that extension";

/** A sentence in one of flite's voices, as a WAV file. */
function speak(text, voice = "slt") {
  const folder = mkdtempSync(join(tmpdir(), "switchboard-speech-"));
  try {
    execFileSync("flite", ["-voice", voice, "-t", text, "-o", join(folder, "spoken.wav")]);
    return readFileSync(join(folder, "spoken.wav"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The engine is a process of its own and may still be loading its model. */
async function whenReady(call) {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      if (error.statusCode !== 503 || attempt === 20) {
        throw error;
      }
      await pause(500);
    }
  }
}

/** Sends audio in pieces of 100 ms, faster than it was spoken. */
async function stream(audio, send) {
  for (let at = 0; at < audio.length; at += 3200) {
    send(audio.subarray(at, at + 3200));
    await pause(20);
  }
}

/** A live session of version 5: what came, and how it ended. */
async function live5(client, options, talk) {
  const connection = await client.listen.v1.connect({ ...raw, ...options });
  const messages = [];
  const closed = new Promise((resolve, reject) => {
    connection.on("close", resolve);
    connection.on("error", reject);
  });
  connection.on("message", (message) => messages.push(message));
  connection.connect();
  await Promise.race([connection.waitForOpen(), closed]);
  await talk(connection);
  const { code } = await closed;
  return { code, messages, results: messages.filter((message) => message.type === "Results") };
}

/** A receiver of one callback, which also gives media away. */
async function receive(media) {
  let take;
  const first = new Promise((resolve) => (take = resolve));
  const server = createServer((request, response) => {
    if (request.method === "GET") {
      response.end(media);
      return;
    }
    const parts = [];
    request.on("data", (part) => parts.push(part));
    request.on("end", () => {
      response.end();
      take({ method: request.method, headers: request.headers, body: Buffer.concat(parts).toString() });
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${server.address().port}/heard`, first, close: () => server.close() };
}

/** A receiver of a live session's messages, by requests at /posted and by WebSocket at /streamed. */
async function receiveLive() {
  const [posted, streamed] = [[], []];
  const server = createServer((request, response) => {
    const parts = [];
    request.on("data", (part) => parts.push(part));
    request.on("end", () => {
      response.end();
      posted.push(JSON.parse(Buffer.concat(parts).toString()));
    });
  });
  const sockets = new WebSocketServer({ server, path: "/streamed" });
  const closed = new Promise((resolve) => {
    sockets.on("connection", (socket) => {
      socket.on("message", (message) => streamed.push(JSON.parse(message.toString())));
      socket.on("close", resolve);
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = `127.0.0.1:${server.address().port}`;
  return { address, posted, streamed, closed, close: () => sockets.close(() => server.close()) };
}

/** Waits for what is so in a moment. */
async function until(holds) {
  for (let attempt = 0; !(await holds()); attempt += 1) {
    assert.ok(attempt < 200, "it did not come about");
    await pause(50);
  }
}

/** At least two of three words were heard: what a recogniser on a CPU can be held to, live. */
function understood(heard, said) {
  const words = said.split(" ");
  const found = words.filter((word) => heard.split(" ").includes(word)).length;
  assert.ok(found >= (2 * words.length) / 3, `of "${said}" was heard "${heard}"`);
}

const textOf = (results) => results.filter((result) => result.is_final).map((result) => result.channel.alternatives[0].transcript).filter(Boolean).join(" ");

export default async function speech({ credentials }) {
  if (!existsSync(recording) || !existsSync("/usr/bin/flite")) {
    console.log("skipped pocketsphinx-testdata or flite is not installed");
    return;
  }

  const base = credentials.base_url.replace(/\/$/, "");
  const five = version5(base, credentials.api_key);
  const audio = readFileSync(recording);
  const wav = speak(spoken);

  const request = await check("5: a recording without a header is transcribed", async () => {
    const answer = await whenReady(() => five.listen.v1.media.transcribeFile(audio, raw));
    const [best] = answer.results.channels[0].alternatives;
    assert.equal(best.transcript, recorded);
    assert.deepEqual(best.words.map((word) => word.word), recorded.split(" "));
    assert.ok(best.words.every((word, at) => word.start < word.end && (at === 0 || word.start >= best.words[at - 1].end - 0.02)));
    assert.ok(Math.abs(answer.metadata.duration - recordedSeconds) < 0.01, `duration ${answer.metadata.duration}`);
    return answer.metadata.request_id;
  });

  await check("5: the request is in the project's list with its outcome", async () => {
    const { request: entry } = await five.manage.v1.projects.requests.get(credentials.org_id, request);
    assert.equal(entry.request_id, request);
    assert.equal(entry.code, 200);
  });

  await check("5: a WAV file gets utterances, paragraphs and punctuation", async () => {
    const { results } = await five.listen.v1.media.transcribeFile(wav, { model: "nova-3", utterances: true, paragraphs: true, punctuate: true });
    const [best] = results.channels[0].alternatives;
    assert.equal(best.transcript.toLowerCase().replace(/[.,]/g, ""), spoken);
    assert.match(best.transcript, /^The .*\.$/);
    assert.equal(results.utterances.map((utterance) => utterance.words.length).reduce((sum, count) => sum + count), spoken.split(" ").length);
    assert.ok(best.paragraphs.paragraphs[0].sentences.length > 0);
  });

  await check("5: an answer by callback is the one that a request is answered with, signed by the project's secret", async () => {
    const direct = await five.listen.v1.media.transcribeFile(audio, raw);
    const secret = await fetch(new URL(`/v1/projects/${credentials.org_id}/callback_secret`, base), {
      method: "POST",
      headers: { authorization: `Token ${credentials.api_key}` },
    }).then((answer) => answer.json());
    const receiver = await receive();
    try {
      const { request_id: id } = await five.listen.v1.media.transcribeFile(audio, { ...raw, callback: receiver.url });
      const { headers, body } = await receiver.first;
      const answer = JSON.parse(body);
      assert.equal(answer.metadata.request_id, id);
      assert.deepEqual(answer.results, direct.results);
      const signed = createHmac("sha256", secret.secret).update(`${headers["switchboard-timestamp"]}.`).update(body).digest("hex");
      assert.ok(headers["switchboard-signature"].split(",").includes(`v1=${signed}`));
      await until(async () => {
        const { request: entry } = await five.manage.v1.projects.requests.get(credentials.org_id, id);
        return entry.response.callback.status === "delivered";
      });
    } finally {
      receiver.close();
    }
  });

  await check("5: media at an address is transcribed for a callback by PUT", async () => {
    const receiver = await receive(wav);
    try {
      const { request_id: id } = await five.listen.v1.media.transcribeUrl({ url: receiver.url, model: "nova-3", callback: receiver.url, callback_method: "PUT" });
      const { method, body } = await receiver.first;
      assert.equal(method, "PUT");
      assert.equal(JSON.parse(body).metadata.request_id, id);
      assert.equal(JSON.parse(body).results.channels[0].alternatives[0].transcript, spoken);
    } finally {
      receiver.close();
    }
  });

  await check("5: a live session gives interim results, final ones without a gap, metadata, and ends with 1000", async () => {
    const { code, messages, results } = await live5(five, { interim_results: "true", endpointing: 300, vad_events: "true" }, async (connection) => {
      await stream(audio, (piece) => connection.sendMedia(piece));
      connection.sendCloseStream({ type: "CloseStream" });
    });
    assert.equal(code, 1000);
    assert.equal(textOf(results), recorded);
    assert.ok(results.some((result) => !result.is_final), "no interim result came");
    assert.ok(messages.some((message) => message.type === "SpeechStarted"));
    let next = 0;
    for (const final of results.filter((result) => result.is_final)) {
      assert.ok(Math.abs(final.start - next) < 0.002, `a window begins at ${final.start}, the last one ended at ${next}`);
      next = final.start + final.duration;
    }
    const last = messages.at(-1);
    assert.equal(last.type, "Metadata");
    assert.ok(Math.abs(last.duration - recordedSeconds) < 0.01, `duration ${last.duration}`);
  });

  await check("5: Finalize is answered with what was said so far", async () => {
    const { code, results } = await live5(five, { endpointing: "false" }, async (connection) => {
      await stream(audio, (piece) => connection.sendMedia(piece));
      connection.sendKeepAlive({ type: "KeepAlive" });
      connection.sendFinalize({ type: "Finalize" });
      await pause(1000);
      connection.sendCloseStream({ type: "CloseStream" });
    });
    assert.equal(code, 1000);
    assert.equal(textOf(results), recorded);
    assert.ok(results.some((result) => result.from_finalize));
  });

  await check("5: with a callback a live session's results go to that address, by requests and by WebSocket", async () => {
    const receiver = await receiveLive();
    try {
      for (const [callback, got] of [[`http://${receiver.address}/posted`, receiver.posted], [`ws://${receiver.address}/streamed`, receiver.streamed]]) {
        const { code, messages } = await live5(five, { callback }, async (connection) => {
          await stream(audio, (piece) => connection.sendMedia(piece));
          connection.sendCloseStream({ type: "CloseStream" });
        });
        assert.equal(code, 1000);
        assert.deepEqual(messages.map((message) => message.type), ["Metadata"]);
        assert.equal(textOf(got.filter((message) => message.type === "Results")), recorded);
        assert.equal(got.at(-1).type, "Metadata");
      }
      assert.equal(await receiver.closed, 1000);
    } finally {
      receiver.close();
    }
  });

  for (const version of [4, 3]) {
    const { CallbackUrl } = olderModule(version);
    const client = olderVersion(version, base, credentials.api_key);
    await check(`${version}: a recording is transcribed`, async () => {
      const { result, error } = await client.listen.prerecorded.transcribeFile(audio, raw);
      assert.equal(error, null, String(error?.message));
      assert.equal(result.results.channels[0].alternatives[0].transcript, recorded);
    });

    await check(`${version}: an answer by callback is sent where the client says`, async () => {
      const receiver = await receive();
      try {
        const { result, error } = await client.listen.prerecorded.transcribeFileCallback(audio, new CallbackUrl(receiver.url), raw);
        assert.equal(error, null, String(error?.message));
        const answer = JSON.parse((await receiver.first).body);
        assert.equal(answer.metadata.request_id, result.request_id);
        assert.equal(answer.results.channels[0].alternatives[0].transcript, recorded);
      } finally {
        receiver.close();
      }
    });

    await check(`${version}: a live session is transcribed`, async () => {
      const events = eventsOf(version);
      const connection = client.listen.live(raw);
      const results = [];
      connection.on(events.Transcript, (result) => results.push(result));
      const closed = new Promise((resolve) => connection.on(events.Close, resolve));
      const opened = new Promise((resolve, reject) => {
        connection.on(events.Open, resolve);
        connection.on(events.Error, reject);
      });
      await opened;
      await stream(audio, (piece) => connection.send(piece));
      connection.requestClose();
      assert.equal((await closed).code, 1000);
      assert.equal(textOf(results), recorded);
    });
  }

  for (const voice of ["slt", "rms", "awb"]) {
    await check(`5: what flite's voice ${voice} says is understood, as a file and live`, async () => {
      const said = speak(spoken, voice);
      const { results } = await five.listen.v1.media.transcribeFile(said, { model: "nova-3" });
      assert.equal(results.channels[0].alternatives[0].transcript, spoken);
      const { code, results: heard } = await live5(five, { encoding: undefined, sample_rate: undefined }, async (connection) => {
        await stream(said, (piece) => connection.sendMedia(piece));
        connection.sendCloseStream({ type: "CloseStream" });
      });
      assert.equal(code, 1000);
      understood(textOf(heard), spoken);
    });
  }

  if (existsSync(prompt) && existsSync("/usr/bin/ffmpeg")) {
    await check("5: a telephone system's prompt is understood, as a file and live", async () => {
      const said = execFileSync("ffmpeg", ["-v", "error", "-f", "g722", "-i", prompt, "-ar", "16000", "-f", "s16le", "pipe:1"]);
      const { results } = await five.listen.v1.media.transcribeFile(said, raw);
      understood(results.channels[0].alternatives[0].transcript, prompted);
      const { results: heard } = await live5(five, {}, async (connection) => {
        await stream(said, (piece) => connection.sendMedia(piece));
        connection.sendCloseStream({ type: "CloseStream" });
      });
      understood(textOf(heard), prompted);
    });
  }

  await check("5: a short-lived token opens a live session", async () => {
    const { access_token: token } = await five.auth.v1.tokens.grant({ ttl_seconds: 30 });
    const { code, results } = await live5(version5(base, undefined, token), {}, async (connection) => {
      await stream(audio, (piece) => connection.sendMedia(piece));
      connection.sendCloseStream({ type: "CloseStream" });
    });
    assert.equal(code, 1000);
    assert.equal(textOf(results), recorded);
  });

  await check("5: a wrong key is refused at the handshake and at a file", async () => {
    const nobody = version5(base, "org_nobody_has_this_key");
    const connection = await nobody.listen.v1.connect(raw);
    const told = new Promise((resolve) => connection.on("error", resolve)); // after a close event that says 1000
    connection.connect();
    assert.match((await told).message, /401/);
    await assert.rejects(nobody.listen.v1.media.transcribeFile(audio, raw), (error) => error.statusCode === 401 && error.body.err_code === "INVALID_AUTH");
  });

  await check("what is no audio is refused with 400", async () => {
    const answer = await fetch(new URL("/v1/listen?model=nova-3", base), {
      method: "POST",
      headers: { Authorization: `Token ${credentials.api_key}`, "Content-Type": "audio/wav" },
      body: Buffer.from("this is no audio at all"),
    });
    assert.equal(answer.status, 400);
    const body = await answer.json();
    assert.equal(body.request_id, answer.headers.get("dg-request-id"));
  });
}
