import type { Machine } from "../machine/machine.ts";
import type { Participant, PlayEvent } from "../netplay/participant.ts";
import { type Figures, figuresOf, linesOf, statusOf } from "../netplay/told.ts";
import type { Room } from "../netplay/transport/room.ts";
import { EXIT } from "../problem.ts";
import { TerminalScreen } from "./terminal/screen.ts";

/** Tells a session: lines for a person, with the picture where there is a terminal; or a line of JSON for each event. */
export class Report {
  recording: string | undefined;
  readonly evidence: string[] = [];
  readonly #json: boolean;
  #screen: TerminalScreen | undefined;
  #shows = false;
  #second = 0;
  #notice = "";
  #wrong: number | undefined;

  constructor({ json }: { json?: boolean }) {
    this.#json = json ?? false;
  }

  begin(shows: boolean): void {
    this.#shows = shows;
  }

  /** `page`: where it can be played in a browser, if it is known to be. */
  room(code: string, url: string, page: string | undefined): void {
    if (this.#json) this.#tell({ event: "room", code, url, page });
    else
      process.stderr.write(
        `others join with:  instep netplay join ${url} ROM\nothers watch with: instep netplay watch ${url} ROM\n` +
          `${page ? `in a browser:      ${page}\n` : ""}`,
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
      if (kind === "open" || kind === "gathered" || kind === "lobby") return;
      this.#tell({ event: kind, ...what });
    } else for (const line of linesOf(event, session.seat)) this.#say(line);
  }

  /** After each frame: the picture, and how it goes, once a second. */
  frame(participant: Participant, room: Room, { frame, video, boot }: Machine): void {
    // Before the first frame the lines that tell the code stand where they are.
    if (this.#shows) this.#screen ??= new TerminalScreen(process.stdout);
    const keys = `arrows X Z S A Q W Enter, P pause,${boot.more?.length ? " U cable," : ""} Esc leave`;
    this.#screen?.show(video, `${this.#notice || statusOf(participant)}  ${keys}`);
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

function summary(frames: number, { stalls, rollbacks, framesAgain, desyncs }: Figures): string {
  const depth = rollbacks > 0 ? `, ${(framesAgain / rollbacks).toFixed(1)} frames each` : "";
  return `${frames} frames on which all agree; ${stalls} stalls, ${rollbacks} rollbacks${depth}, ${desyncs} desyncs`;
}
