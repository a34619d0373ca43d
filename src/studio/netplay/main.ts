import { bytesToHex } from "@noble/hashes/utils.js";
import type { PlayEvent } from "../../netplay/participant.ts";
import { linesOf } from "../../netplay/told.ts";
import { Keys } from "../player/keys.ts";
import { Painter } from "../player/painter.ts";
import { botOf } from "./bot.ts";
import { workerClock } from "./clock.ts";
import { byId, copy, download, kept } from "./dom.ts";
import { PageGame } from "./game.ts";
import { openIdentity } from "./identity.ts";
import { KeyDialog } from "./key-dialog.ts";
import { Pad } from "./pad.ts";
import { type Choice, Setup } from "./setup.ts";
import { Speaker } from "./speaker.ts";
import { statusOf } from "./status.ts";
import * as staying from "./stay.ts";
import { View } from "./view.ts";

/** Milliseconds between two looks at the figures. */
const FIGURES_EVERY = 500;
const WELCOME = "Play a console game together, each in their own browser.";

const query = new URLSearchParams(location.search);
const view = new View();
const setup = new Setup();
const canvas = byId<HTMLCanvasElement>("screen");
const painter = new Painter(canvas, ({ aspect, width, height }) => {
  canvas.style.aspectRatio = `${aspect || width / height}`;
});
const speaker = new Speaker();
const stage = byId("stage");
const keys = new Keys();
const pad = new Pad(stage, byId("touch"), keys);
const wait = workerClock("clock-worker.js");
const identity = openIdentity();
let game: PageGame | undefined;
let entering = false;

/** The relay is where the page came from, unless the address names one. */
const relay = (): string => query.get("relay") ?? new URL(".", location.href).href;

/** A link for others; it names the game too where this site has it. */
function linkTo(code: string, from: string | undefined): string {
  const link = new URL(".", location.href);
  if (from !== undefined) link.searchParams.set("rom", from);
  for (const name of ["relay", "stun"]) for (const value of query.getAll(name)) link.searchParams.append(name, value);
  link.hash = code;
  return link.href;
}

/** This page's own address: whoever loads it anew is asked to begin nothing else than what it was in. */
function ownAddress(code: string): string {
  const address = new URL(location.href);
  for (const name of ["auto", "autohost"]) address.searchParams.delete(name);
  address.hash = code;
  return address.href;
}

async function begin({ rom, name, into, holds }: Choice): Promise<void> {
  if (game || entering) return;
  entering = true;
  view.clear();
  view.now("Entering the room…");
  try {
    const bot = query.get("bot");
    game = await PageGame.enter({
      rom,
      name,
      url: relay(),
      stun: query.getAll("stun"),
      relayed: query.has("relayed"),
      into,
      holds,
      identity: await identity,
      wait,
      frames: Number(query.get("frames")) || undefined,
      bot: bot === null ? undefined : await botOf(bot),
      buttons: () => pad.buttons,
      shown: {
        get video() {
          return !document.hidden;
        },
        get audio() {
          return speaker.on;
        },
      },
      onFrame: ({ video, audio, timing }) => {
        painter.show(video);
        speaker.play(audio.samples, timing.sampleRate.num / timing.sampleRate.den);
      },
      onEvent: tell,
      onNotice: (line) => view.say(line),
    });
  } catch (error) {
    view.now(WELCOME);
    view.fault((error as Error).message);
    staying.leave();
    return;
  } finally {
    entering = false;
  }
  await staying.stay({ code: game.room.code, name, mode: "code" in into ? into.mode : "play" }, rom);
  await play(game, name, holds);
}

/** `holds`: the game waits for this player too. */
async function play(playing: PageGame, name: string, holds: boolean): Promise<void> {
  const { room, rom } = playing;
  setup.show(false);
  view.state = "waiting";
  view.invite(room.code, linkTo(room.code, rom.from));
  view.now(`You are in the room, ${name}. The game begins when all are ready.`, "Waiting for the others");
  showReady(!holds);
  history.replaceState(null, "", ownAddress(room.code));
  stage.focus({ preventScroll: true });
  const figures = setInterval(() => view.figures(playing), FIGURES_EVERY);
  // What goes wrong in the machine itself ends the session, which tells it.
  await playing.run().catch(() => {});
  clearInterval(figures);
  staying.leave();
  const why = playing.participant.session.ended ?? "it was stopped";
  view.figures(playing);
  view.state = "over";
  view.now(`It is over: ${why}`, "It is over");
  view.say(`it is over: ${why}`);
  view.keep(playing);
  if (!playing.recording) view.fault(why);
}

function tell(event: PlayEvent): void {
  const playing = game!;
  const { session } = playing.participant;
  // Keys are with the names of those who play.
  const lines = linesOf(event, session.seat).filter((line) => event.kind !== "started" || !line.includes("'s key: "));
  if (event.kind !== "desync") for (const line of lines) view.say(line, event.kind === "said");
  switch (event.kind) {
    case "lobby":
      view.lobby(event, session);
      break;
    case "refused":
      if (view.state === "waiting" && session.ended === undefined) view.refused(lines.join(" "));
      break;
    case "started":
      view.state = "playing";
      view.begin();
      view.now(session.seat < 0 ? "You watch." : `You are player ${session.seat + 1}.`);
      for (const { seat, name, identity } of event.players)
        view.people.player(seat, name, seat === session.seat ? "you" : "", bytesToHex(identity));
      byId<HTMLButtonElement>("save").disabled = !playing.recording;
      break;
    case "paused":
      showPause(event.on);
      break;
    case "silent":
    case "lost":
    case "away":
      view.people.player(event.seat, event.name, event.kind);
      if (event.kind === "lost" && session.rules?.lost === "wait")
        view.offer(`lost ${event.seat}`, `Go on without ${event.name}`, () => session.without(event.seat));
      if (event.kind === "away") view.withdraw(`lost ${event.seat}`);
      break;
    case "heard":
    case "back":
      view.people.player(event.seat, event.name, event.seat === session.seat ? "you" : "");
      view.withdraw(`lost ${event.seat}`);
      break;
    case "desync":
      view.desync(event.frame, lines, () => {
        const evidence = playing.evidence.find(({ frame }) => frame === event.frame);
        if (evidence) download(`${playing.name}-desync-${event.frame}.isr`, evidence.tape.bytes());
      });
      break;
    default:
  }
}

function showReady(ready: boolean): void {
  const button = byId("ready");
  button.setAttribute("aria-pressed", `${ready}`);
  button.textContent = ready ? "Ready" : "I am ready";
}

function showPause(on: boolean): void {
  byId("pause").setAttribute("aria-pressed", `${on}`);
  byId("told").textContent = on ? "Paused" : "";
}

function pause(): void {
  const session = game?.participant.session;
  if (!session?.game) return;
  const on = !session.game.paused;
  session.pause(on);
  showPause(on);
  view.say(on ? "you paused the game" : "you let the game go on");
}

new KeyDialog(keys);
byId("ready").addEventListener("click", ({ currentTarget }) => {
  const ready = (currentTarget as HTMLElement).getAttribute("aria-pressed") !== "true";
  showReady(ready);
  game?.participant.session.begin(ready);
  // The pad's keys are for the game, which may begin now.
  if (ready) stage.focus({ preventScroll: true });
});
byId("pause").addEventListener("click", pause);
stage.addEventListener("keydown", ({ key, repeat }) => {
  if (!repeat && keys.action(key.toLowerCase(), true) === "play") pause();
});
byId("leave").addEventListener("click", () => game?.leave());
byId("save").addEventListener("click", () => {
  if (!game?.recording) return;
  const { seat } = game.participant.session;
  download(`${game.name}-${seat < 0 ? "watched" : seat + 1}.isr`, game.recording.bytes());
});
byId("sound").addEventListener("click", ({ currentTarget }) => {
  speaker.muted = !speaker.muted;
  kept.set("sound", speaker.muted ? "off" : "on");
  (currentTarget as HTMLElement).setAttribute("aria-pressed", `${!speaker.muted}`);
});
byId("copy").addEventListener("click", async ({ currentTarget }) => {
  const done = await copy(byId<HTMLInputElement>("link"));
  const button = currentTarget as HTMLElement;
  button.textContent = done ? "Copied" : "Select";
  setTimeout(() => (button.textContent = "Copy"), 2000);
});
byId<HTMLFormElement>("chat").addEventListener("submit", (event) => {
  event.preventDefault();
  const field = (event.target as HTMLFormElement).elements.namedItem("words") as HTMLInputElement;
  const words = field.value.trim();
  if (!words || !game) return;
  game.participant.session.say(words);
  view.say(`you: ${words}`, true);
  field.value = "";
});
byId("again").addEventListener("click", () => {
  game = undefined;
  view.clear();
  view.fault("");
  view.state = "setup";
  view.now(WELCOME);
  byId<HTMLButtonElement>("save").disabled = true;
  history.replaceState(null, "", ownAddress(""));
  setup.show(true);
});
for (const type of ["pointerdown", "keydown"]) addEventListener(type, () => speaker.wake(), true);
addEventListener("beforeunload", (event) => {
  if (view.state === "playing") event.preventDefault();
});

Object.defineProperty(window, "instep", {
  value: {
    get status() {
      return statusOf({ game, view, setup, speaker });
    },
  },
});

// In a page around it the name is there already.
document.body.classList.toggle("framed", window.parent !== window);
view.state = "setup";
if (kept.get("sound") === "off") byId("sound").click();
setup.onFault = (line) => view.fault(line);
setup.onGo = (choice) => void begin(choice);
const code = location.hash.slice(1);
const before = await staying.stayed(code);
if (before?.rom)
  void begin({
    rom: before.rom,
    name: before.at.name,
    into: { code, mode: before.at.mode },
    holds: before.at.mode === "play",
  });
else void setup.fromAddress(query, code);
// Nobody can press what does nothing yet, or choose what the address then changes.
document.querySelector("main")!.inert = false;
