import { bytesToHex } from "@noble/hashes/utils.js";
import type { PlayEvent } from "../../netplay/participant.ts";
import { linesOf } from "../../netplay/told.ts";
import { Problem } from "../../problem.ts";
import { type MakeBot, randomBot } from "../../replay/bot.ts";
import { workerClock } from "./clock.ts";
import { byId, copy, download, kept } from "./dom.ts";
import { PageGame } from "./game.ts";
import { openIdentity } from "./identity.ts";
import { Pad } from "./pad.ts";
import { Screen } from "./screen.ts";
import { type Choice, Setup } from "./setup.ts";
import { Speaker } from "./speaker.ts";
import * as staying from "./stay.ts";
import { View } from "./view.ts";

/** Milliseconds between two looks at the figures. */
const FIGURES_EVERY = 500;
const WELCOME = "Play a console game together, each in their own browser.";

const query = new URLSearchParams(location.search);
const view = new View();
const setup = new Setup();
const screen = new Screen(byId<HTMLCanvasElement>("screen"));
const speaker = new Speaker();
const stage = byId("stage");
const pad = new Pad(stage, byId("touch"));
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

async function botOf(name: string): Promise<{ make: MakeBot; args: string }> {
  const [, called = "", args = ""] = /^(\w+)(?::(.*))?$/.exec(name) ?? [];
  if (called === "random") return { make: randomBot, args };
  const url = new URL(`bots/${called}.js`, location.href).href;
  const bot = (await import(/* @vite-ignore */ url).catch(() => {
    throw new Problem(`${name}: there is no such bot; "random:SEED" and "gleam" are here`);
  })) as { default: MakeBot };
  return { make: bot.default, args };
}

async function begin({ rom, name, into }: Choice): Promise<void> {
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
        screen.show(video);
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
  await play(game, name, "seats" in into ? into.seats : 0);
}

/** `hosts`: seats of a game that this page hosts. */
async function play(playing: PageGame, name: string, hosts: number): Promise<void> {
  const { room, rom } = playing;
  setup.show(false);
  view.state = "waiting";
  view.invite(room.code, linkTo(room.code, rom.from));
  view.now(`You are in the room, ${name}. The game begins when all are here.`, "Waiting for the others");
  history.replaceState(null, "", ownAddress(room.code));
  if (hosts) {
    view.player(0, name, "you, ready");
    view.lobby(hosts);
  }
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
    case "joined":
      if (event.seat >= 0) view.player(event.seat, event.name, "ready");
      break;
    case "started":
      view.state = "playing";
      view.now(session.seat < 0 ? "You watch." : `You are player ${session.seat + 1}.`);
      for (const { seat, name, identity } of event.players)
        view.player(seat, name, seat === session.seat ? "you" : "", bytesToHex(identity));
      byId<HTMLButtonElement>("save").disabled = !playing.recording;
      break;
    case "paused":
      showPause(event.on);
      break;
    case "silent":
    case "lost":
    case "away":
      view.player(event.seat, event.name, event.kind);
      if (event.kind === "lost" && session.rules?.lost === "wait")
        view.offer(`lost ${event.seat}`, `Go on without ${event.name}`, () => session.without(event.seat));
      if (event.kind === "away") view.withdraw(`lost ${event.seat}`);
      break;
    case "heard":
    case "back":
      view.player(event.seat, event.name, event.seat === session.seat ? "you" : "");
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

byId("pause").addEventListener("click", pause);
stage.addEventListener("keydown", ({ key, repeat }) => key.toLowerCase() === "p" && !repeat && pause());
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

/** For whoever tests the page: how it stands. */
Object.defineProperty(window, "instep", {
  value: {
    get status() {
      const { session } = game?.participant ?? {};
      const { stats, delay, paused } = session?.game ?? {};
      return {
        ...{
          state: view.state,
          rom: setup.rom?.name,
          code: game?.room.code,
          seat: session?.seat,
          stats,
          delay,
          paused,
        },
        frame: session?.steps?.frame ?? 0,
        agreed: Math.min(session?.steps?.agreed ?? 0, session?.lastFrame ?? Number.POSITIVE_INFINITY),
        ways: game?.room.stats().map(({ way }) => way),
        bytes: game && { bytesSent: game.room.bytesSent, bytesReceived: game.room.bytesReceived },
        evidence: game?.evidence.map(({ frame }) => frame),
        ended: session?.ended,
        /** Sample frames that were heard. */
        heard: speaker.heard,
        fault: byId("fault").textContent,
        lines: [...view.lines],
      };
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
if (before?.rom) void begin({ rom: before.rom, name: before.at.name, into: { code, mode: before.at.mode } });
else await setup.fromAddress(query, code);
