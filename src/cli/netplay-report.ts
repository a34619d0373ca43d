import type { Machine } from "../machine/machine.ts";
import type { Participant, PlayEvent } from "../netplay/participant.ts";
import type { Room } from "../netplay/transport/room.ts";
import { EXIT } from "../problem.ts";
import { TerminalScreen } from "./terminal/screen.ts";

/** Differing bytes that are told in a line. */
const TOLD = 4;

/** Tells a session: lines for a person, with the picture where there is a terminal; or a line of JSON for each event. */
export class Report {
  recording: string | undefined;
  readonly evidence: string[] = [];
  readonly #json: boolean;
  #screen: TerminalScreen | undefined;
  #second = 0;
  #notice = "";
  #wrong: number | undefined;

  constructor({ json }: { json?: boolean }) {
    this.#json = json ?? false;
  }

  begin(shows: boolean): void {
    if (shows) this.#screen = new TerminalScreen(process.stdout);
  }

  room(code: string, url: string): void {
    if (this.#json) this.#tell({ event: "room", code, url });
    else
      process.stderr.write(
        `others join with:  instep netplay join ${url} ROM\nothers watch with: instep netplay watch ${url} ROM\n`,
      );
  }

  notice(line: string): void {
    if (this.#json) this.#tell({ event: "notice", line });
    else this.#say(line);
  }

  event(event: PlayEvent, { session }: Participant): void {
    if (event.kind === "failed" || event.kind === "parted") this.#wrong = EXIT.desync;
    if (event.kind === "refused" && session.ended !== undefined) this.#wrong = EXIT.usage;
    if (this.#json) {
      const { kind, ...what } = event;
      if (kind === "open" || kind === "gathered") return;
      this.#tell({ event: kind, ...what });
    } else for (const line of linesOf(event, session.seat)) this.#say(line);
  }

  /** After each frame: the picture, and how it goes, once a second. */
  frame(participant: Participant, room: Room, { frame, video }: Machine): void {
    this.#screen?.show(video, `${this.#notice || statusOf(participant)}  arrows X Z S A Q W Enter, P pause, Esc leave`);
    const second = Math.floor(performance.now() / 1000);
    if (!this.#json || second === this.#second) return;
    this.#second = second;
    this.#tell({ event: "stats", frame, ...figuresOf(participant, room) });
  }

  end(participant: Participant, room: Room): void {
    this.#screen?.close();
    const { session } = participant;
    const figures = figuresOf(participant, room);
    const frames = Math.min(session.steps?.agreed ?? 0, session.lastFrame ?? Number.POSITIVE_INFINITY);
    const why = session.ended ?? "it was stopped";
    if (/ is lost$|cannot be reached any more|is gone$/.test(why)) this.#wrong ??= EXIT.desync;
    process.exitCode = this.#wrong ?? EXIT.ok;
    const { recording, evidence } = this;
    if (this.#json)
      this.#tell({ event: "over", why, frames, ...figures, recording, evidence, exitCode: process.exitCode });
    else {
      process.stderr.write(`it is over: ${why}\n`);
      if (session.steps) console.log(summary(frames, figures));
      if (recording) console.log(`recorded in ${recording}`);
      for (const file of evidence) console.log(`what this side has to show for the desync: ${file}`);
    }
  }

  #say(line: string): void {
    this.#notice = line;
    setTimeout(() => (this.#notice = this.#notice === line ? "" : this.#notice), 5000).unref();
    if (!this.#screen) process.stderr.write(`${line}\n`);
  }

  #tell(what: object): void {
    process.stdout.write(
      `${JSON.stringify(what, (_, value: unknown) => (value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value))}\n`,
    );
  }
}

/** Counts of a session so far. Bytes are those of datagrams, without the headers of the network. */
function figuresOf({ session, machine }: Participant, room: Room) {
  const { stalls = 0, rollbacks = 0, framesAgain = 0, desyncs = 0 } = session.game?.stats ?? {};
  const ping = Math.round(Math.max(0, ...[...session.peers].map(({ link }) => link.rtt)));
  const peers = room.stats();
  const sum = (of: "bytesSent" | "bytesReceived") => peers.reduce((all, peer) => all + peer[of], 0);
  return {
    stalls,
    rollbacks,
    framesAgain,
    desyncs,
    delay: session.game?.delay,
    ping,
    ways: peers.map(({ way }) => way),
    bytesSent: sum("bytesSent"),
    bytesReceived: sum("bytesReceived"),
    at: machine?.frame ?? 0,
  };
}

function statusOf({ session }: Participant): string {
  const { stats, delay } = session.game ?? {};
  const ping = Math.round(Math.max(0, ...[...session.peers].map(({ link }) => link.rtt)));
  if (!stats) return `frame ${session.follower?.frame ?? 0}, ${session.follower?.waiting ?? 0} behind`;
  return `frame ${stats.frame}  ping ${ping} ms  delay ${delay}  rollbacks ${stats.rollbacks}  stalls ${stats.stalls}`;
}

function summary(frames: number, { stalls, rollbacks, framesAgain, desyncs }: ReturnType<typeof figuresOf>): string {
  const depth = rollbacks > 0 ? `, ${(framesAgain / rollbacks).toFixed(1)} frames each` : "";
  return `${frames} frames on which all agree; ${stalls} stalls, ${rollbacks} rollbacks${depth}, ${desyncs} desyncs`;
}

/** An event in words. */
function linesOf(event: PlayEvent, seat: number): string[] {
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
          .map(({ name, identity }) => `${name}'s key: ${Buffer.from(identity).toString("hex")}`),
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
