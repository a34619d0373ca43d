import { html, nothing, type TemplateResult } from "lit";
import { ref } from "lit/directives/ref.js";
import { ICONS } from "./icons.ts";
import type { Doings, Model } from "./model.ts";
import { timeOf } from "./times.ts";
import { systemOf, titleOf } from "./words.ts";

const RECORDINGS = ".isr,.fm2,.bk2,.gbmv,.vbm,.lsmv,.ltm,.slp";

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
export function overlay(model: Model, act: Doings): TemplateResult | typeof nothing {
  const { phase, wanted, line, file } = model;
  switch (phase) {
    case "empty":
      return html`<div class="card drop">
        <p class="big">Open a recording</p>
        <p class="soft">.isr, a movie for a Game Boy or an NES, or one or two of Slippi's .slp. It stays in this browser.</p>
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

function poster({ opened, begun, poster: picture, paused }: Model, act: Doings): TemplateResult | typeof nothing {
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
