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
import { View } from "./view.ts";

/** Milliseconds between two looks at the figures. */
const FIGURES_EVERY = 500;

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
  for (const name of ["relay", "stun"]) if (query.has(name)) link.searchParams.set(name, query.get(name)!);
  link.hash = code;
  return link.href;
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
    view.now("Play a console game together, each in their own browser.");
    view.fault((error as Error).message);
    return;
  } finally {
    entering = false;
  }
  await play(game);
}

async function play(playing: PageGame): Promise<void> {
  const { room, rom } = playing;
  setup.show(false);
  view.state = "waiting";
  view.invite(room.code, linkTo(room.code, rom.from));
  view.now("Waiting for the others.");
  history.replaceState(null, "", `#${room.code}`);
  stage.focus();
  const figures = setInterval(() => view.figures(playing), FIGURES_EVERY);
  const why = await playing.run();
  clearInterval(figures);
  view.figures(playing);
  view.state = "over";
  view.now(`It is over: ${why}.`);
  view.say(`it is over: ${why}`);
  view.keep(playing);
  if (!playing.recording) view.fault(why);
}

function tell(event: PlayEvent): void {
  const { session } = game!.participant;
  for (const line of linesOf(event, session.seat)) view.say(line, event.kind === "said");
  switch (event.kind) {
    case "started":
      view.state = "playing";
      view.now(session.seat < 0 ? "You watch." : `You are player ${session.seat + 1}.`);
      byId<HTMLButtonElement>("save").disabled = false;
      break;
    case "paused":
      showPause(event.on);
      break;
    case "lost":
      if (session.rules?.lost === "wait")
        view.offer(`lost ${event.seat}`, `Go on without ${event.name}`, () => session.without(event.seat));
      break;
    case "heard":
    case "away":
    case "back":
      view.withdraw(`lost ${event.seat}`);
      break;
    default:
  }
}

function showPause(on: boolean): void {
  byId("pause").setAttribute("aria-pressed", `${on}`);
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
  const { room, rom, participant } = game;
  const seat = participant.session.seat < 0 ? "watched" : `${participant.session.seat + 1}`;
  download(`${rom.name.replace(/\.[^.]*$/, "")}-${room.code}-${seat}.isr`, game.recording.bytes());
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
  view.now("Play a console game together, each in their own browser.");
  byId<HTMLButtonElement>("save").disabled = true;
  history.replaceState(null, "", location.pathname + location.search);
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
      return {
        state: view.state,
        code: game?.room.code,
        seat: session?.seat,
        frame: session?.steps?.frame ?? 0,
        agreed: session?.steps?.agreed ?? 0,
        stats: session?.game?.stats,
        delay: session?.game?.delay,
        peers: game?.room.stats(),
        ended: session?.ended,
        sound: speaker.on,
        fault: byId("fault").textContent,
        lines: [...view.lines],
      };
    },
  },
});

view.state = "setup";
if (kept.get("sound") === "off") byId("sound").click();
setup.onFault = (line) => view.fault(line);
setup.onGo = (choice) => void begin(choice);
await setup.fromAddress(query, location.hash.slice(1));
