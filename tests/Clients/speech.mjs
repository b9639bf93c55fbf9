// How Deepgram's public clients are pointed at Switchboard.
import { createRequire } from "node:module";
import { DeepgramClient } from "@deepgram/sdk";

const require = createRequire(import.meta.url);
const older = { 3: require("deepgram-sdk-3"), 4: require("deepgram-sdk-4") };

/** Names of the older versions' events. */
export const eventsOf = (version) => older[version].LiveTranscriptionEvents;

/** An older version's module. */
export const olderModule = (version) => older[version];

/** Version 5 with a key, or with a short-lived token. */
export function version5(baseUrl, apiKey, accessToken) {
  const socket = baseUrl.replace(/^http/, "ws");
  return new DeepgramClient({
    ...(accessToken ? { accessToken } : { apiKey }),
    environment: { base: baseUrl, production: socket, agent: socket, agentRest: baseUrl },
  });
}

/** Version 3 or 4. */
export function olderVersion(version, baseUrl, apiKey) {
  return older[version].createClient(apiKey, {
    global: { url: baseUrl, fetch: { options: { url: baseUrl } }, websocket: { options: { url: baseUrl.replace(/^http/, "ws") } } },
  });
}
