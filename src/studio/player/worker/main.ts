import type { Replay } from "../../../replay/replay.ts";
import { SeekIndex } from "../../../replay/seek-index.ts";
import { Painter } from "../painter.ts";
import type { Command, GameFile, News } from "../source.ts";
import { LiveDeck } from "./live-deck.ts";
import { coreFor, NativeOnly, openPlayer, readRecording, remarksOf, type Setup, wantedRom } from "./open.ts";
import { ReplayDeck } from "./replay-deck.ts";
import { isRom } from "./roms.ts";
import { Scout } from "./scout.ts";
import { lineOf, Stage } from "./stage.ts";

/** What two workers of one player tell each other besides. */
type Order =
  | Command
  /** The way between the one that plays and the one that looks ahead. */
  | { readonly do: "pair"; readonly port: MessagePort; readonly role: "deck" | "scout" };

/** What the one that looks ahead is to look at, with the number of the opening that it is of; nothing: at nothing. */
interface Scouted {
  readonly of: number;
  readonly setup?: Setup;
}

/** The next bytes of the index that it makes. */
interface Shared {
  readonly of: number;
  readonly bytes: Uint8Array;
}

/** What a worker's own scope has: TypeScript's declarations here are a page's. */
const scope = globalThis as unknown as { postMessage(news: News | "here", transfer?: Transferable[]): void };
const tell = (news: News): void => {
  if (news.news === "thumbnail" || news.news === "poster") scope.postMessage(news, [news.picture]);
  else if (news.news === "answer" && news.value instanceof Uint8Array)
    scope.postMessage(news, [news.value.buffer as ArrayBuffer]);
  else scope.postMessage(news);
};

const stage = new Stage(tell);
/** The other worker. */
let other: MessagePort | undefined;
let scout: Scout | undefined;
let index = new SeekIndex();
/** A recording whose game is not here yet. */
let waiting: { readonly file: GameFile; readonly replay: Replay; readonly core: string } | undefined;
/** Counts what was opened: what comes of something older is too late. */
let opening = 0;

addEventListener("message", ({ data }: MessageEvent<Order>) => {
  try {
    void obey(data).catch(fail);
  } catch (error) {
    fail(error);
  }
});

function fail(error: unknown): void {
  if (error instanceof NativeOnly)
    tell({ news: "native", core: error.core, system: error.system, line: error.message });
  else tell({ news: "fault", line: lineOf(error) });
}

async function obey(order: Order): Promise<void> {
  switch (order.do) {
    case "pair":
      other = order.port;
      other.onmessage = ({ data }: MessageEvent) =>
        order.role === "deck" ? takeIndex(data) : void startScout(data).catch(fail);
      return;
    case "screen":
      return stage.screen(new Painter(order.canvas));
    case "sound":
      return stage.sound(order.port);
    case "open":
      return open(order);
    case "rom":
      if (waiting) await play({ ...waiting, rom: order.rom });
      return;
    case "record": {
      const mine = begin();
      const deck = await LiveDeck.open(order);
      if (mine === opening) stage.take(deck);
      else deck.close();
      return;
    }
    case "pads":
      return stage.press(order);
    case "play":
      return stage.play();
    case "pause":
      return stage.pause();
    case "seek":
      return stage.seek(order.frame);
    case "step":
      return stage.step(order.frames);
    case "rate":
      return stage.rate(order.rate);
    case "loop":
      return stage.loop(order.from, order.to);
    case "thumbnail":
      return scout?.thumbnail(order.frame);
    case "ask":
      tell({
        news: "answer",
        id: order.id,
        value: order.what === "beat" ? stage.takeBeat() : stage.recording(order.what === "finish"),
      });
  }
}

/** Puts away what was there. */
function begin(): number {
  stage.take(undefined);
  waiting = undefined;
  other?.postMessage({ of: ++opening });
  return opening;
}

async function open({ file, rom, core: asked }: Extract<Command, { do: "open" }>): Promise<void> {
  const mine = begin();
  const replay = readRecording(file);
  const core = coreFor(file.name, replay, asked);
  if (mine !== opening) return;
  waiting = { file, replay, core: core.name };
  if (rom) await play({ ...waiting, rom });
  else tell({ news: "wanted", rom: wantedRom(replay, core) });
}

async function play({ replay, ...setup }: Setup & { replay: Replay }): Promise<void> {
  const { movie } = replay;
  if (isRom(movie.rom, setup.rom.bytes) === false) {
    const refused = `${setup.rom.name} is another game, or another version of it.`;
    tell({ news: "wanted", rom: wantedRom(replay, coreFor(setup.file.name, replay, setup.core), refused) });
    return;
  }
  const mine = opening;
  const player = await openPlayer(replay, setup);
  if (mine !== opening) return player.machine.close();
  index = new SeekIndex();
  const about = { game: setup.rom.name, remarks: remarksOf(replay, setup), fileStates: true };
  stage.take(
    new ReplayDeck(player, index, about, {
      parted: (frame, line) => tell({ news: "parted", frame, line }),
      marks: (marks) => tell({ news: "marks", marks }),
    }),
  );
  other?.postMessage({ of: opening, setup } satisfies Scouted);
}

/** The header comes first, then the index's items. */
function takeIndex({ of, bytes }: Shared): void {
  if (of !== opening) return;
  if (index.length === 0) index.readHeader(bytes);
  else index.read(bytes);
}

/** Looks at another recording, or at none. */
async function startScout({ of, setup }: Scouted): Promise<void> {
  scout?.close();
  scout = undefined;
  opening = of;
  if (!setup) return;
  const share = (bytes: Uint8Array): void => {
    if (of === opening) other!.postMessage({ of, bytes } satisfies Shared);
  };
  const opened = await Scout.open(readRecording(setup.file), setup, (news) => of === opening && tell(news), share);
  if (of === opening) scout = opened;
  else opened.close();
}

scope.postMessage("here");
