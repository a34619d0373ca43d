import { bytesToHex } from "@noble/hashes/utils.js";
import type { Participant, PlayEvent } from "./participant.ts";
import type { Room } from "./transport/room.ts";

/** Differing bytes that are told in a line. */
const TOLD = 4;

/** Counts of a session so far. Bytes are those of datagrams, without the headers of the network. */
export function figuresOf({ session, machine }: Participant, room: Room) {
  const { stalls = 0, rollbacks = 0, framesAgain = 0, desyncs = 0 } = session.game?.stats ?? {};
  const ping = Math.round(Math.max(0, ...[...session.peers].map(({ link }) => link.rtt)));
  return {
    stalls,
    rollbacks,
    framesAgain,
    desyncs,
    delay: session.game?.delay,
    ping,
    ways: room.stats().map(({ way }) => way),
    bytesSent: room.bytesSent,
    bytesReceived: room.bytesReceived,
    at: machine?.frame ?? 0,
  };
}

export type Figures = ReturnType<typeof figuresOf>;

/** How it goes, in a line. */
export function statusOf({ session }: Participant): string {
  const { stats, delay } = session.game ?? {};
  const ping = Math.round(Math.max(0, ...[...session.peers].map(({ link }) => link.rtt)));
  if (!stats) return `frame ${session.follower?.frame ?? 0}, ${session.follower?.waiting ?? 0} behind`;
  return `frame ${stats.frame}  ping ${ping} ms  delay ${delay}  rollbacks ${stats.rollbacks}  stalls ${stats.stalls}`;
}

/** An event in words. */
export function linesOf(event: PlayEvent, seat: number): string[] {
  switch (event.kind) {
    case "save":
      return event.received === event.size ? [`save RAM received: ${event.size} bytes`] : [];
    case "joined":
      return [`${event.name} is here${event.seat < 0 ? " to watch" : ` as player ${event.seat + 1}`}`];
    case "refused":
      return [`${event.name} was not let in: ${event.why}`];
    case "started":
      return [
        `the game begins: ${event.players.map((player) => `${player.name} (player ${player.seat + 1})`).join(", ")}`,
        ...event.players
          .filter((player) => player.seat !== seat)
          .map(({ name, identity }) => `${name}'s key: ${bytesToHex(identity)}`),
      ];
    case "said":
      return [`${event.name}: ${event.text}`];
    case "paused":
      return [`${event.name} ${event.on ? "paused the game" : "lets the game go on"}`];
    case "silent":
      return [`${event.name} is silent`];
    case "heard":
      return [`${event.name} is heard again`];
    case "lost":
      return [`${event.name} is lost`];
    case "away":
      return [`the game goes on without ${event.name}, from frame ${event.frame}`];
    case "fallen":
      return ["the others played on; catching up"];
    case "back":
      return [event.seat === seat ? "you are back in the game" : `${event.name} is back`];
    case "parted":
      return [`out of step with the players at frame ${event.frame} at the latest`];
    case "desync": {
      const { frame, name, bytes, probes } = event;
      const told = bytes
        .slice(0, TOLD)
        .map(
          ({ region, address, mine, theirs }) =>
            `${region} ${hex(address, 4)} is ${hex(mine, 2)} here, ${hex(theirs, 2)} there`,
        );
      const more = bytes.length > TOLD ? ` and ${bytes.length - TOLD} more` : "";
      const named = probes.length > 0 ? ` (${probes.join(", ")})` : "";
      return [
        `desync with ${name} at frame ${frame}: ${told.join("; ") || "the bytes are not at hand any more"}${more}${named}`,
      ];
    }
    case "repaired":
      return [`repaired: all go on from frame ${event.frame}`];
    case "failed":
      return [`it could not be repaired: ${event.why}`];
    default:
      return [];
  }
}

const hex = (n: number, digits: number): string => `0x${n.toString(16).padStart(digits, "0")}`;
