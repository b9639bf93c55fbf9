// How Deepgram's public clients are pointed at Switchboard.
import { createRequire } from "node:module";
import { DeepgramClient } from "@deepgram/sdk";

const require = createRequire(import.meta.url);
const four = require("deepgram-sdk-4");

/** Names of version 4's events. */
export const events4 = four.LiveTranscriptionEvents;

/** Version 5 with a key, or with a short-lived token. */
export function version5(baseUrl, apiKey, accessToken) {
  const socket = baseUrl.replace(/^http/, "ws");
  return new DeepgramClient({
    ...(accessToken ? { accessToken } : { apiKey }),
    environment: { base: baseUrl, production: socket, agent: socket, agentRest: baseUrl },
  });
}

/** Version 4. */
export function version4(baseUrl, apiKey) {
  return four.createClient(apiKey, {
    global: { url: baseUrl, fetch: { options: { url: baseUrl } }, websocket: { options: { url: baseUrl.replace(/^http/, "ws") } } },
  });
}
