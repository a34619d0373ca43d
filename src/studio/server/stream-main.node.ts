import { thumbnail } from "../../dump/png.node.ts";
import { type IndexSpec, openIndexed } from "../../follow/index-open.node.ts";
import { openMachine } from "../../follow/open-run.node.ts";
import type { VideoFrame } from "../../machine/machine.ts";
import type { Command, News } from "../player/source.ts";
import type { Deck } from "../player/worker/deck.ts";
import { LiveDeck } from "../player/worker/live-deck.ts";
import { ReplayDeck } from "../player/worker/replay-deck.ts";
import { lineOf, Stage } from "../player/worker/stage.ts";
import { PACKET } from "./stream.ts";

// A native core played for a page: the player's own stage, whose pictures and sound go out as messages.

/** What is to be played; plain data. */
export type Opening =
  | { readonly kind: "replay"; readonly spec: IndexSpec; readonly game: string }
  | { readonly kind: "live"; readonly rom: string; readonly core: string | undefined };

/** Pictures that may be on their way: of those that come meanwhile only the last one is sent. */
const AHEAD = 2;
const WIDEST = 1280;
/** Milliseconds between two looks at the clock. */
const TICK = 4;

let waiting = 0;
let held: Uint8Array | undefined;
let refresh: () => void = () => {};

const send = (message: string | Uint8Array): void => void process.send!(message);
const tell = (news: News): void => send(news.news === "answer" ? answerOf(news) : JSON.stringify(news));

let timer: NodeJS.Timeout;
const stage = new Stage(tell, {
  next: (tick) => {
    timer = setTimeout(() => tick(performance.now()), TICK);
  },
  cancel: () => clearTimeout(timer),
});
stage.screen({
  show: (picture) => {
    if (picture.pixels.length === 0) return;
    held = packetOf(picture.width > WIDEST ? thumbnail(picture, WIDEST) : picture);
    pass();
  },
  clear: () => {},
});

process.on("message", (message: Opening | string) => {
  const done = typeof message === "string" ? obey(JSON.parse(message)) : open(message);
  done.catch((error: Error) => tell({ news: "fault", line: lineOf(error) }));
});
process.on("disconnect", () => process.exit(0));
process.on("SIGINT", () => {});

async function open(opening: Opening): Promise<void> {
  stage.take(opening.kind === "replay" ? await replayOf(opening) : await liveOf(opening));
  // Many a core knows the shape of its pictures when it has drawn one.
  if (opening.kind === "replay") stage.seek(1);
}

async function replayOf({ spec, game }: Extract<Opening, { kind: "replay" }>): Promise<Deck> {
  const { player, file } = await openIndexed(spec);
  refresh = () => file.refresh();
  const remarks = player.replay.profile ? [] : ["It holds inputs only: there is nothing to compare."];
  return new ReplayDeck(
    player,
    file.index,
    { game, remarks, fileStates: false },
    {
      parted: (frame, line) => tell({ news: "parted", frame, line }),
      marks: (marks) => tell({ news: "marks", marks }),
    },
  );
}

async function liveOf({ rom, core }: Extract<Opening, { kind: "live" }>): Promise<Deck> {
  const { machine, profile } = await openMachine({ rom, core, settings: {} });
  // Their states are large; a seek index is made of the recording when it is looked at.
  return new LiveDeck(machine, profile, undefined, 0);
}

async function obey(command: Command | { readonly do: "seen" }): Promise<void> {
  switch (command.do) {
    case "seen":
      waiting = Math.max(0, waiting - 1);
      return pass();
    case "sound":
      return stage.sound({ postMessage: (sound) => send(soundOf(sound)) });
    case "pads":
      return stage.press(command);
    case "play":
      return stage.play();
    case "pause":
      return stage.pause();
    case "seek":
      refresh();
      return stage.seek(command.frame);
    case "step":
      return stage.step(command.frames);
    case "rate":
      return stage.rate(command.rate);
    case "loop":
      return stage.loop(command.from, command.to);
    case "ask": {
      const value = command.what === "beat" ? stage.takeBeat() : stage.recording(command.what === "finish");
      return tell({ news: "answer", id: command.id, value });
    }
    default: // opened by whoever began this process
  }
}

function pass(): void {
  if (!held || waiting >= AHEAD) return;
  waiting++;
  send(held);
  held = undefined;
}

function packet(kind: number, a: number, b: number, bytes: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(PACKET.head + bytes);
  new Float64Array(whole.buffer, 0, 3).set([kind, a, b]);
  return whole;
}

/** A machine has B G R X, a page R G B A. */
function packetOf({ width, height, pitch, pixels }: VideoFrame): Uint8Array {
  const whole = packet(PACKET.picture, width, height, width * height * 4);
  const from = new DataView(pixels.buffer, pixels.byteOffset, pixels.length);
  const to = new Uint32Array(whole.buffer, PACKET.head);
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at++) {
      const pixel = from.getUint32(y * pitch + x * 4, true);
      to[at] = 0xff000000 | ((pixel & 0xff) << 16) | (pixel & 0xff00) | ((pixel >> 16) & 0xff);
    }
  return whole;
}

function soundOf(sound: number | Int16Array): Uint8Array {
  if (typeof sound === "number") return packet(PACKET.rate, sound, 0, 0);
  const whole = packet(PACKET.sound, 0, 0, sound.byteLength);
  whole.set(new Uint8Array(sound.buffer, sound.byteOffset, sound.byteLength), PACKET.head);
  return whole;
}

function answerOf(news: Extract<News, { news: "answer" }>): string | Uint8Array {
  if (!(news.value instanceof Uint8Array)) return JSON.stringify(news);
  const whole = packet(PACKET.answer, news.id, 0, news.value.length);
  whole.set(news.value, PACKET.head);
  return whole;
}
