import { readFileSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { findBot } from "../follow/load-bot.node.ts";
import { openMachine } from "../follow/open-run.node.ts";
import type { Machine } from "../machine/machine.ts";
import { openIdentity } from "../netplay/identity.node.ts";
import { Participant, type ParticipantOptions } from "../netplay/participant.ts";
import { Relay } from "../netplay/relay/relay.node.ts";
import type { Mode, Rules } from "../netplay/session/messages.ts";
import { realSuite } from "../netplay/session/suite.ts";
import { joinRoom, openRoom, type Room } from "../netplay/transport/room.ts";
import { connect, nodeRtc } from "../netplay/transport/rtc.node.ts";
import { Problem } from "../problem.ts";
import { GrowingFile } from "../replay/growing-file.node.ts";
import { deviceOf } from "../replay/recorder.ts";
import { PlayerInput } from "./netplay-input.ts";
import { disguised, machineFor, type OwnGame, openAs, ownGames, ownSave, roomsOf, startOf } from "./netplay-machine.ts";
import { builtPage } from "./netplay-page.ts";
import { Report } from "./netplay-report.ts";
import { loadProfile, type MoreRoms, moreRoms } from "./options.ts";

/** Something that goes wrong with this machine, for trials. */
export interface NetplayFault {
  readonly poke?: number;
  readonly set?: Readonly<Record<string, string>>;
}

export interface NetplayFlags {
  name?: string;
  key?: string;
  relay?: string;
  relayed?: boolean;
  stun: string[];
  bot?: string;
  save?: string;
  trust: string[];
  fault?: NetplayFault;
  frames?: number;
  out?: string;
  record: boolean;
  overwrite?: boolean;
  view: boolean;
  json?: boolean;
}

export interface JoinFlags extends NetplayFlags {
  now?: boolean;
}

interface HostFlags extends NetplayFlags, MoreRoms {
  core?: string;
  set: Record<string, string>;
  profile?: string;
  players?: number;
  delay: number | "auto";
  window: number;
  lagLimit: number;
  lost: "wait" | "go-on" | "end";
  listen: string;
}

const DEFAULT_DELAY = 2;
/** Cores to which a state is only data: one of a stranger can do no more than show a wrong picture. */
const SAFE_CORES = ["jsnes", "boytacean"];

export async function hostGame(rom: string, flags: HostFlags): Promise<void> {
  const more = moreRoms(flags);
  if (flags.bot !== undefined) await findBot(flags.bot);
  const games = await ownGames([rom, ...more.filter((path) => path !== undefined)]);
  const profile = await loadProfile(flags.profile);
  const save = await ownSave(flags);
  const spec = { rom, more, ...machineFor(rom, flags), profile };
  const { machine } = await openMachine(spec, startOf(save ? [save] : []));
  const consoles = machine.boot.more ? machine.boot.more.length + 1 : 1;
  const seats = flags.players ?? (consoles > 1 ? consoles : 2);
  if (seats > machine.boot.ports.length)
    throw new Problem(`--players ${seats}: ${rom} on ${machine.boot.core.name} has ${machine.boot.ports.length} pads`);
  const rules: Rules = {
    device: deviceOf(machine.boot.system),
    delay: flags.delay === "auto" ? DEFAULT_DELAY : flags.delay,
    adapts: flags.delay === "auto",
    window: flags.window,
    lagLimit: flags.lagLimit,
    lost: flags.lost === "go-on" ? "go on" : flags.lost,
    fps: machine.timing.fps,
  };
  const report = new Report(flags);
  const relay = flags.relay === undefined ? await ownRelay(flags.listen) : undefined;
  const room = await openRoom({ url: flags.relay ?? relay!.url, ...(await ways(flags)) });
  report.room(room.code, room.url, pageOf(relay, room.code, machine));
  const hosting = {
    machine,
    saves: save ? [save] : [],
    rules,
    seats,
    profile: profile ? JSON.stringify(profile.profile) : "",
    gather: consoles > 1 ? roomsOf(machine) : undefined,
  };
  try {
    await play({ flags, games, room, report, mode: "play", save, hosting });
  } finally {
    await relay?.close("the host is gone", false);
  }
}

export async function joinGame(where: string, roms: string[], flags: JoinFlags, mode: Mode): Promise<void> {
  const games = await ownGames(roms);
  if (flags.bot !== undefined) await findBot(flags.bot);
  const save = await ownSave(flags);
  const report = new Report(flags);
  const direct = await ways(flags);
  const room = await joinRoom(
    flags.relay === undefined ? { url: where, ...direct } : { url: flags.relay, code: where, ...direct },
  );
  await play({ flags, games, room, report, mode, save });
}

interface Part {
  readonly flags: NetplayFlags;
  readonly games: readonly OwnGame[];
  readonly room: Room;
  readonly report: Report;
  readonly mode: Mode;
  readonly save: Uint8Array | undefined;
  readonly hosting?: ParticipantOptions["hosting"];
}

async function play({ flags, games, room, report, mode, save, hosting }: Part): Promise<void> {
  const key = openIdentity(flags.key);
  const input = new PlayerInput(flags, mode === "play", (line) => command(participant, line));
  const base = flags.out?.replace(/\.isr$/, "") ?? `${games[0]!.name.replace(/\.[^.]*$/, "")}-${room.code}`;
  const faults = { poke: flags.fault?.poke, set: flags.fault?.set };
  const fileOf = (): string => flags.out ?? `${base}-${seatName(participant.session.seat)}.isr`;
  const participant: Participant = new Participant({
    transport: room,
    suite: realSuite(key),
    room: new TextEncoder().encode(room.code),
    name: flags.name ?? userInfo().username,
    mode,
    games,
    save,
    ...(hosting && { hosting }),
    open: (boot, saves, seat) => {
      const { set } = faults;
      faults.set = undefined;
      return set ? disguised(games, boot, saves, seat, set) : openAs(games, boot, saves, seat);
    },
    takesStates: ({ boot }) => SAFE_CORES.includes(boot.core.name) || trusts(participant, flags.trust),
    pad: (machine, seat, into) => input.write(machine, seat, participant.session.rules!.device, into),
    show: { video: flags.view && input.watches, audio: false },
    onFrame: (machine) => {
      report.frame(participant, room, machine);
      if (machine.frame >= (faults.poke ?? Number.POSITIVE_INFINITY)) {
        faults.poke = undefined;
        machine.memory[0]!.bytes[machine.memory[0]!.size >> 1]! ^= 0x40;
      }
      if (flags.frames !== undefined && machine.frame >= flags.frames && mode === "play")
        participant.session.end(`${flags.frames} frames are played`);
    },
    ...(flags.record && {
      record: () => {
        const file = new GrowingFile(fileOf(), flags.overwrite);
        report.recording = file.path;
        return { append: (bytes) => file.append(bytes), bytes: () => readFileSync(file.path) };
      },
      evidence: (frame) => {
        const file = new GrowingFile(`${fileOf().replace(/\.isr$/, "")}-desync-${frame}.isr`, true);
        report.evidence.push(file.path);
        return (bytes) => file.append(bytes);
      },
    }),
    onEvent: (event) => report.event(event, participant),
  });
  room.onNotice = (line) => report.notice(line);
  const leave = (): void => (hosting ? participant.session.end("the host ended it") : participant.session.leave());
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, leave);
  input.onLeave = leave;
  report.begin(input.watches && flags.view && !flags.json);
  try {
    await participant.run();
    if (flags.save !== undefined && participant.ownSave) writeFileSync(flags.save, participant.ownSave);
  } finally {
    input.close();
    room.close();
    report.end(participant, room);
  }
}

/** What a player types: words for the others, and what steers the session. */
function command({ session }: Participant, line: string): void {
  const [, word, rest = ""] = /^(\S*)\s*(.*)$/.exec(line.trim())!;
  if (word === "pause" || word === "resume") session.pause(word === "pause");
  else if (word === "without") {
    const player = session.players.find(({ name }) => name === rest);
    if (player) session.without(player.seat);
  } else if (word === "leave") session.leave();
  else if (word === "end") session.end(rest || "a player ended it");
  else if (word === "say" && rest) session.say(rest);
}

const seatName = (seat: number): string => (seat < 0 ? "watched" : `${seat + 1}`);

function trusts({ session }: Participant, keys: readonly string[]): boolean {
  const others = session.players.filter(({ seat }) => seat !== session.seat);
  return others.length > 0 && others.every(({ identity }) => keys.includes(Buffer.from(identity).toString("hex")));
}

async function ownRelay(listen: string): Promise<Relay> {
  const [, host, port] = /^(.*):(\d{1,5})$/.exec(listen) ?? [];
  if (!host || Number(port) > 65535)
    throw new Problem(`--listen ${listen}: ADDRESS:PORT is meant, such as 0.0.0.0:7070`);
  return Relay.open({ host, port: Number(port), page: builtPage() });
}

/** Where browsers can join: they have the embedded cores only. */
const pageOf = (relay: Relay | undefined, code: string, { boot }: Machine): string | undefined =>
  relay && builtPage() && SAFE_CORES.includes(boot.core.name)
    ? `${relay.url.replace(/^ws/, "http")}/#${code}`
    : undefined;

async function ways({ relayed, stun }: NetplayFlags) {
  return { connect, direct: relayed ? undefined : await nodeRtc(stun) };
}
