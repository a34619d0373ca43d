import { WebSocket } from "ws";
import type { Socket } from "./relay-socket.ts";
import { type DirectMaker, webRtc } from "./rtc.ts";
import { LONGEST_FRAME } from "./signal.ts";

/** Node's way to a relay. */
export const connect = (url: string): Socket =>
  new WebSocket(url, { perMessageDeflate: false, maxPayload: LONGEST_FRAME, handshakeTimeout: 10_000 });

/** Node's direct ways; undefined where this system has no WebRTC: then all goes through the relay. */
export async function nodeRtc(stun: readonly string[] = []): Promise<DirectMaker | undefined> {
  const polyfill = await import("node-datachannel/polyfill").catch(() => undefined);
  return polyfill && webRtc(polyfill.RTCPeerConnection as unknown as typeof RTCPeerConnection, stun);
}
