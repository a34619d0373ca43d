import { WebSocket } from "ws";
import type { Socket } from "./relay-socket.ts";
import { type DirectMaker, webRtc } from "./rtc.ts";
import { LONGEST_FRAME } from "./signal.ts";

/** Milliseconds; SCTP's own standard. */
const SACK_DELAY = 200;

/** Node's way to a relay. */
export const connect = (url: string): Socket =>
  new WebSocket(url, { perMessageDeflate: false, maxPayload: LONGEST_FRAME, handshakeTimeout: 10_000 });

/** Node's direct ways; undefined where this system has no WebRTC: then all goes through the relay. */
export async function nodeRtc(stun: readonly string[] = []): Promise<DirectMaker | undefined> {
  const polyfill = await import("node-datachannel/polyfill").catch(() => undefined);
  // Acknowledgements wait for what is sent anyway: an eighth of all packets fewer (measured in play, 5 % loss).
  (await import("node-datachannel").catch(() => undefined))?.setSctpSettings({ delayedSackTime: SACK_DELAY });
  return polyfill && webRtc(polyfill.RTCPeerConnection as unknown as typeof RTCPeerConnection, stun);
}
