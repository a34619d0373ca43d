import { html, nothing, type TemplateResult } from "lit";
import { ICONS } from "./icons.ts";
import { type Action, type Keys, nameOf } from "./keys.ts";
import type { Doings, Model } from "./model.ts";
import type { Opened } from "./source.ts";
import { counted, timeOf } from "./times.ts";
import { systemOf, titleOf } from "./words.ts";

type View = TemplateResult | typeof nothing;

const RATES = [0.25, 0.5, 1, 2, 4, 8, 0];
const RATE_NAMES: Readonly<Record<number, string>> = { 0.25: "¼×", 0.5: "½×", 0: "Max" };
const rateName = (rate: number): string => RATE_NAMES[rate] ?? `${rate}×`;

/** A button that is a picture; `label` is its name, `key` the key that does the same. */
export function iconButton(
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
      ${iconButton("A frame back", ICONS.back, () => act.step(-1), { key: keyOf(keys, "back") })}
      ${iconButton(paused ? "Play" : "Pause", paused ? ICONS.play : ICONS.pause, act.toggle, { key: keyOf(keys, "play"), class: "main" })}
      ${iconButton("A frame on", ICONS.on, () => act.step(1), { key: keyOf(keys, "on") })}
      <p class="at"><output class="time">0:00.00</output><span class="soft long"> / ${timeOf(opened.frames, opened.fps, false)}</span></p>
      <p class="at frames"><span class="soft">frame</span> <output class="frame">0</output><span class="soft long"> / ${counted(opened.frames)}</span></p>
      <span class="gap"></span>
      <button type="button" class="chip ab" title="${loop} (${keyOf(keys, loopFrom === undefined ? "from" : loopTo === undefined ? "to" : "free")})"
        aria-pressed="${loopFrom !== undefined}" @click=${act.loopNext}
        >A<i class=${loopTo === undefined ? "" : "set"}></i>${loopFrom === undefined || loopTo !== undefined ? "B" : "…"}<span class="hidden">: ${loop}</span></button>
      ${rates(model, act)} ${sound(model, act, keys)}
      ${iconButton("Keys", ICONS.keys, () => act.showKeys(true), { class: "wide" })}
      ${iconButton(model.full ? "Leave full screen" : "Full screen", model.full ? ICONS.small : ICONS.full, act.toggleFull, { key: keyOf(keys, "full") })}
    </div>
    <div class="row about">
      <p class="name"><b>${titleOf(opened.game)}</b> <span class="soft">${systemOf(opened)} · ${opened.core}</span></p>
      ${verdict(opened, parted, scouted, act)}
      ${opened.remarks.map((remark) => html`<p class="remark soft">${remark}</p>`)}
      ${model.sound === "none" ? html`<p class="remark soft">There is no sound: ${isSecureContext ? "the browser gives this page none" : "the page is not served over https"}.</p>` : nothing}
      ${stumbled(model)}
    </div>
  </div>`;
}

function liveControls(model: Model, act: Doings, keys: Keys): TemplateResult {
  const { paused, opened, finished } = model;
  return html`<div class="controls" part="controls">
    <div class="row">
      ${iconButton(paused ? "Play" : "Pause", paused ? ICONS.play : ICONS.pause, act.toggle, { key: keyOf(keys, "play", true), class: "main", disabled: finished })}
      <p class="at"><i class="rec ${paused ? "" : "runs"}"></i><output class="time">0:00.00</output></p>
      <p class="at frames"><span class="soft">frame</span> <output class="frame">0</output></p>
      <span class="gap"></span>
      <button type="button" class="chip" @click=${act.save}>Save<span class="long"> the recording</span></button>
      <button type="button" class="chip" ?disabled=${finished} @click=${act.finish}>End<span class="long"> and watch</span></button>
      ${rates(model, act)} ${sound(model, act, keys)} ${iconButton("Keys", ICONS.keys, () => act.showKeys(true), { class: "wide" })}
      ${iconButton(model.full ? "Leave full screen" : "Full screen", model.full ? ICONS.small : ICONS.full, act.toggleFull, { key: keyOf(keys, "full", true) })}
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
    ${iconButton(label, silent || state === "blocked" ? ICONS.muted : ICONS.sound, act.toggleSound, { key: keyOf(keys, "mute"), disabled: state === "none", class: state })}
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
