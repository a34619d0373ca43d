import { html, nothing, type TemplateResult } from "lit";
import { ref } from "lit/directives/ref.js";
import { ICONS } from "./icons.ts";
import { ACTIONS, type Action, type Keys, nameOf, PAD, type PadKey } from "./keys.ts";
import type { Doings, Model } from "./model.ts";
import type { Opened } from "./source.ts";
import { counted, timeOf } from "./times.ts";

type View = TemplateResult | typeof nothing;

const RATES = [0.25, 0.5, 1, 2, 4, 8, 0];
const RATE_NAMES: Readonly<Record<number, string>> = { 0.25: "¼×", 0.5: "½×", 0: "Max" };
const SYSTEMS: Readonly<Record<string, string>> = { nes: "NES", gb: "Game Boy", gbc: "Game Boy Color" };
const RECORDINGS = ".isr,.fm2,.bk2,.gbmv,.vbm,.lsmv,.ltm";

const rateName = (rate: number): string => RATE_NAMES[rate] ?? `${rate}×`;
/** A file's name without what it ends with. */
const titleOf = (name: string): string => name.replace(/\.[^.]*$/, "");
const systemOf = ({ system }: Opened): string => SYSTEMS[system] ?? system;

function pick(label: string, accept: string, act: Doings): TemplateResult {
  return html`<label class="button strong"
    ><input
      type="file"
      class="hidden"
      multiple
      accept=${accept}
      @change=${({ target }: Event) => act.choose((target as HTMLInputElement).files)}
    />${ICONS.file}<span>${label}</span></label
  >`;
}

/** What lies over the picture: before there is one, or when it cannot be shown. */
export function overlay(model: Model, act: Doings): View {
  const { phase, wanted, line, file } = model;
  switch (phase) {
    case "empty":
      return html`<div class="card drop">
        <p class="big">Open a recording</p>
        <p class="soft">.isr, or a movie for a Game Boy or an NES. It stays in this browser.</p>
        ${pick("Choose a file", `${RECORDINGS},.nes,.gb,.gbc`, act)}
        <p class="soft wide">or drop it here, with its game</p>
      </div>`;
    case "loading":
      return html`<div class="card"><p class="spin" role="status">${line}</p></div>`;
    case "wanted":
      return html`<div class="card drop">
        <p class="big">Now its game${wanted?.name ? html`: <b>${wanted.name}</b>` : nothing}</p>
        ${
          wanted?.refused
            ? html`<p class="bad" role="alert">${ICONS.warning}<span>${wanted.refused}</span></p>`
            : html`<p class="soft wide">${file} holds what was pressed, not the game.</p>`
        }
        ${pick("Choose the game", wanted?.extensions.map((one) => `.${one}`).join(",") ?? "", act)}
        ${wanted?.hash ? html`<p class="hash"><span class="soft">${wanted.hash}</span></p>` : nothing}
      </div>`;
    case "native":
    case "fault":
      return html`<div class="card drop">
        <p class="big">${phase === "native" ? "Not in a page" : "That does not play"}</p>
        <p class="bad" role="alert">${ICONS.warning}<span>${line}</span></p>
        ${pick("Choose another", RECORDINGS, act)}
      </div>`;
    case "ready":
      return poster(model, act);
  }
}

function poster({ opened, begun, poster: picture, paused }: Model, act: Doings): View {
  if (!opened || begun || !paused || opened.kind === "live") return nothing;
  const { game, frames, fps, players } = opened;
  return html`<div class="poster">
    ${picture ? html`<canvas class="picture" aria-hidden="true" ${drawn(picture)}></canvas>` : nothing}
    <button type="button" class="begin" aria-label="Play" @click=${act.toggle}>${ICONS.play}</button>
    <div class="title">
      <p class="big">${titleOf(game)}</p>
      <p>${[systemOf(opened), timeOf(frames, fps, false), ...players].join(" · ")}</p>
    </div>
  </div>`;
}

/** Draws a picture into the canvas that has this. */
const drawn = (picture: ImageBitmap) =>
  ref((element) => {
    const canvas = element as HTMLCanvasElement | undefined;
    if (!canvas) return;
    canvas.width = picture.width;
    canvas.height = picture.height;
    canvas.getContext("2d")!.drawImage(picture, 0, 0);
  });

function button(
  label: string,
  icon: TemplateResult,
  click: () => void,
  more: { pressed?: boolean; key?: string; class?: string; disabled?: boolean } = {},
): TemplateResult {
  const title = more.key ? `${label} (${more.key})` : label;
  return html`<button
    type="button"
    class="icon ${more.class ?? ""}"
    title=${title}
    aria-label=${label}
    aria-pressed=${more.pressed === undefined ? nothing : `${more.pressed}`}
    ?disabled=${more.disabled ?? false}
    @click=${click}
  >
    ${icon}
  </button>`;
}

/** What is below the picture. */
export function controls(model: Model, act: Doings, keys: Keys): View {
  const { opened, phase } = model;
  if (phase !== "ready" || !opened) return nothing;
  return opened.kind === "live" ? liveControls(model, act, keys) : replayControls(model, opened, act, keys);
}

const keyOf = (keys: Keys, action: Action, live = false): string => nameOf(keys.of(action, live)[0] ?? "");

function replayControls(model: Model, opened: Opened, act: Doings, keys: Keys): TemplateResult {
  const { paused, marks, scouted, loopFrom, loopTo, parted } = model;
  const loop = loopFrom === undefined ? "Loop from here" : loopTo === undefined ? "Loop up to here" : "No loop";
  return html`<div class="controls" part="controls">
    <instep-seek-bar
      .frames=${opened.frames}
      .fps=${opened.fps}
      .marks=${marks}
      .scouted=${scouted}
      .loopFrom=${loopFrom}
      .loopTo=${loopTo}
      @seek=${({ detail }: CustomEvent<number>) => act.seek(detail)}
      @peek=${({ detail }: CustomEvent<number>) => act.peek(detail)}
    ></instep-seek-bar>
    <div class="row">
      ${button("A frame back", ICONS.back, () => act.step(-1), { key: keyOf(keys, "back") })}
      ${button(paused ? "Play" : "Pause", paused ? ICONS.play : ICONS.pause, act.toggle, { key: keyOf(keys, "play"), class: "main" })}
      ${button("A frame on", ICONS.on, () => act.step(1), { key: keyOf(keys, "on") })}
      <p class="at"><output class="time">0:00.00</output><span class="soft long"> / ${timeOf(opened.frames, opened.fps, false)}</span></p>
      <p class="at frames"><span class="soft">frame</span> <output class="frame">0</output><span class="soft long"> / ${counted(opened.frames)}</span></p>
      <span class="gap"></span>
      <button type="button" class="chip ab" title="${loop} (${keyOf(keys, loopFrom === undefined ? "from" : loopTo === undefined ? "to" : "free")})"
        aria-label=${loop} aria-pressed="${loopFrom !== undefined}" @click=${act.loopNext}
        >A<i class=${loopTo === undefined ? "" : "set"}></i>${loopFrom === undefined || loopTo !== undefined ? "B" : "…"}</button>
      ${rates(model, act)} ${sound(model, act, keys)}
      ${button("Keys", ICONS.keys, () => act.showKeys(true), { class: "wide" })}
      ${button(model.full ? "Leave full screen" : "Full screen", model.full ? ICONS.small : ICONS.full, act.toggleFull, { key: keyOf(keys, "full") })}
    </div>
    <div class="row about">
      <p class="name"><b>${titleOf(opened.game)}</b> <span class="soft">${systemOf(opened)} · ${opened.core}</span></p>
      ${verdict(opened, parted, scouted, act)}
      ${opened.remarks.map((remark) => html`<p class="remark soft">${remark}</p>`)}
      ${model.sound === "none" ? html`<p class="remark soft">There is no sound: the page is not served over https.</p>` : nothing}
      ${stumbled(model)}
    </div>
  </div>`;
}

function liveControls(model: Model, act: Doings, keys: Keys): TemplateResult {
  const { paused, opened, finished } = model;
  return html`<div class="controls" part="controls">
    <div class="row">
      ${button(paused ? "Play" : "Pause", paused ? ICONS.play : ICONS.pause, act.toggle, { key: keyOf(keys, "play", true), class: "main", disabled: finished })}
      <p class="at"><i class="rec ${paused ? "" : "runs"}"></i><output class="time">0:00.00</output></p>
      <p class="at frames"><span class="soft">frame</span> <output class="frame">0</output></p>
      <span class="gap"></span>
      <button type="button" class="chip" @click=${act.save}>Save<span class="long"> the recording</span></button>
      <button type="button" class="chip" ?disabled=${finished} @click=${act.finish}>End<span class="long"> and watch</span></button>
      ${rates(model, act)} ${sound(model, act, keys)} ${button("Keys", ICONS.keys, () => act.showKeys(true))}
      ${button(model.full ? "Leave full screen" : "Full screen", model.full ? ICONS.small : ICONS.full, act.toggleFull, { key: keyOf(keys, "full", true) })}
    </div>
    <div class="row about">
      <p class="name"><b>${titleOf(opened!.game)}</b> <span class="soft">${systemOf(opened!)} · ${opened!.core}</span></p>
      <p class="soft wide">${padKeys(keys)}</p>
      ${stumbled(model)}
    </div>
  </div>`;
}

function padKeys(keys: Keys): string {
  const four = (["Left", "Up", "Down", "Right"] as const).map((one) => nameOf(keys.of(one)[0]!)).join(" ");
  const rest = (["A", "B", "Start", "Select"] as const).map((one) => `${nameOf(keys.of(one)[0]!)} ${one}`);
  return [four, ...rest].join(" · ");
}

const stumbled = ({ stumbled: line }: Model): View =>
  line ? html`<p class="bad" role="alert">${ICONS.warning}<span>${line}</span></p>` : nothing;

/** Whether it plays as recorded, in words. */
function verdict(opened: Opened, parted: Model["parted"], scouted: number, act: Doings): View {
  if (parted)
    return html`<button type="button" class="verdict desync" title="Go there" @click=${() => act.seek(parted.frame)}>
      <i></i><span>Parts at frame ${counted(parted.frame)}: ${parted.line}</span>
    </button>`;
  if (!opened.compares) return nothing;
  const all = scouted >= opened.frames;
  return html`<p class="verdict ${all ? "whole" : ""}">
    <i></i><span>${all ? "As recorded, every frame" : html`As recorded so far <span class="soft">${Math.floor((100 * scouted) / Math.max(1, opened.frames))} %</span>`}</span>
  </p>`;
}

function rates({ rate }: Model, act: Doings): TemplateResult {
  const all = RATES.includes(rate) ? RATES : [...RATES, rate];
  return html`<label class="chip select" title="Speed"
    ><span class="hidden">Speed</span
    ><select @change=${({ target }: Event) => act.rate(Number((target as HTMLSelectElement).value))}>
      ${all.map((one) => html`<option value=${one} ?selected=${one === rate}>${rateName(one)}</option>`)}
    </select></label
  >`;
}

function sound({ sound: state, volume }: Model, act: Doings, keys: Keys): TemplateResult {
  const silent = state === "muted" || state === "none";
  const label = {
    on: "Sound off",
    muted: "Sound on",
    blocked: "Sound on: the browser lets it after a press",
    none: "There is no sound in this page",
  }[state];
  return html`<span class="sound">
    ${button(label, silent || state === "blocked" ? ICONS.muted : ICONS.sound, act.toggleSound, { key: keyOf(keys, "mute"), disabled: state === "none", class: state })}
    <input
      type="range"
      class="volume"
      min="0"
      max="1"
      step="0.05"
      aria-label="Volume"
      .value=${`${state === "muted" ? 0 : volume}`}
      ?disabled=${state === "none"}
      @input=${({ target }: Event) => act.volume(Number((target as HTMLInputElement).value))}
    />
  </span>`;
}

/** The list of keys, each of which can be changed. */
export function keyList({ opened, binding }: Model, act: Doings, keys: Keys): TemplateResult {
  const live = opened?.kind === "live";
  const row = (what: Action | PadKey, label: string): TemplateResult => html`<li>
    <span>${label}</span>
    <button type="button" class="chip" aria-label="${label}: ${keys.of(what, live).map(nameOf).join(" or ")}; change"
      aria-pressed="${binding === what}" @click=${() => act.bind(what)}>
      ${binding === what ? "Press a key" : keys.of(what, live).map((key) => html`<kbd>${nameOf(key)}</kbd>`)}
    </button>
  </li>`;
  return html`<dialog aria-label="Keys" @close=${() => act.showKeys(false)}>
    <header>
      <h2>Keys</h2>
      ${button("Close", ICONS.close, () => act.showKeys(false))}
    </header>
    <div class="lists">
      <section>
        <h3>Player</h3>
        <ul>${(Object.keys(ACTIONS) as Action[]).map((action) => row(action, ACTIONS[action].label))}</ul>
      </section>
      <section>
        <h3>Pad of a game</h3>
        <ul>${(Object.keys(PAD) as PadKey[]).map((one) => row(one, one))}</ul>
        <p class="soft">Gamepads are pad 1 and pad 2.</p>
      </section>
    </div>
    <footer><button type="button" class="chip" @click=${act.resetKeys}>As they were</button></footer>
  </dialog>`;
}

/** The pad under fingers. */
export const touchPad = (act: Doings): TemplateResult => html`<div class="touch" aria-hidden="true"
  @pointerdown=${act.finger} @pointermove=${act.finger} @pointerup=${act.finger} @pointercancel=${act.finger}
  @contextmenu=${(event: Event) => event.preventDefault()}>
  <div class="cross" data-button="cross"></div>
  <div class="middle"><span data-button="Select">Select</span><span data-button="Start">Start</span></div>
  <div class="right"><span data-button="B">B</span><span data-button="A">A</span></div>
</div>`;
