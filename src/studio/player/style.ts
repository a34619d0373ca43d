import { css } from "lit";

/** Colours and measures that a page may set are named in docs/player.md; those that begin with _ are the player's own. */
export const style = css`
  :host {
    color-scheme: light dark;
    display: block;
    container: instep-player / inline-size;
    font:
      15px / 1.45 var(--instep-font, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif);
    --_accent: var(--instep-accent, light-dark(#0b6e7f, #58c4d6));
    --_on-accent: var(--instep-on-accent, light-dark(#ffffff, #0e2529));
    --_card: var(--instep-card, light-dark(#ffffff, #1c1f25));
    --_ink: var(--instep-ink, light-dark(#23262d, #e5e6ea));
    --_soft: var(--instep-soft, light-dark(#5c616d, #a2a8b5));
    --_line: var(--instep-line, light-dark(#e3e1dc, #30343c));
    --_tint: var(--instep-tint, light-dark(#f3f1ed, #262a32));
    --_bezel: var(--instep-bezel, #101216);
    --_bad: var(--instep-bad, light-dark(#b3261e, #ff8a80));
    --_warn: var(--instep-warn, light-dark(#b26a00, #f0a64e));
    --_good: var(--instep-good, light-dark(#1a7f4b, #6fd29b));
    --_event: var(--instep-event, light-dark(#6a4fb3, #b9a3ff));
    --_radius: var(--instep-radius, 0.9rem);
    --_rail: light-dark(#e4e1db, #343943);
    --_scouted: light-dark(#c6c2ba, #4a505d);
  }
  :host([hidden]) {
    display: none;
  }
  * {
    box-sizing: border-box;
  }
  .hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
  }
  p,
  h2,
  h3,
  ul {
    margin: 0;
    padding: 0;
    list-style: none;
  }
  .deck {
    display: flex;
    flex-direction: column;
    height: 100%;
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    background: var(--_card);
    color: var(--_ink);
    overflow: clip;
    overflow-clip-margin: 14rem;
  }

  #stage {
    position: relative;
    flex: 1 1 auto;
    display: grid;
    place-items: center;
    min-height: 0;
    aspect-ratio: var(--_aspect);
    border-radius: calc(var(--_radius) - 1px) calc(var(--_radius) - 1px) 0 0;
    background: var(--_bezel);
    overflow: hidden;
    outline: none;
  }
  #stage:last-of-type:nth-last-child(2) {
    border-radius: calc(var(--_radius) - 1px);
  }
  #stage > * {
    grid-area: 1 / 1;
  }
  #stage:focus-visible::after {
    content: "";
    position: absolute;
    inset: 3px;
    border: 2px solid #58c4d6;
    border-radius: calc(var(--_radius) - 4px);
    pointer-events: none;
  }
  #screen {
    position: absolute;
    inset: 0;
    display: grid;
    place-items: center;
    container-type: size;
  }
  #screen canvas {
    display: block;
    width: min(100cqw, 100cqh * var(--_aspect));
    aspect-ratio: var(--_aspect);
    image-rendering: pixelated;
  }
  .deck:not(.ready) #screen {
    visibility: hidden;
  }

  .card {
    display: grid;
    gap: 0.7rem;
    justify-items: center;
    align-content: center;
    width: calc(100% - 2rem);
    height: calc(100% - 2rem);
    padding: 0.8rem;
    border: 2px dashed transparent;
    border-radius: 0.7rem;
    color: #e5e6ea;
    text-align: center;
    overflow-wrap: anywhere;
  }
  .card.drop {
    border-color: #363c46;
  }
  .over #stage::before {
    content: "";
    position: absolute;
    z-index: 4;
    inset: 0.6rem;
    border: 2px dashed #58c4d6;
    border-radius: 0.7rem;
    background: #58c4d624;
    pointer-events: none;
  }
  .card .soft {
    color: #a7adba;
  }
  .card .bad {
    max-width: 34rem;
    color: #ffb4ab;
  }
  .big {
    font-size: clamp(1.15rem, 4cqw, 1.6rem);
    font-weight: 650;
    letter-spacing: -0.01em;
    text-wrap: balance;
  }
  .hash {
    max-width: 100%;
    font:
      0.74rem ui-monospace,
      "DejaVu Sans Mono",
      monospace;
  }
  .spin::before {
    content: "";
    display: block;
    width: 2rem;
    height: 2rem;
    margin: 0 auto 0.8rem;
    border: 3px solid #58c4d633;
    border-top-color: #58c4d6;
    border-radius: 50%;
    animation: turn 0.9s linear infinite;
  }
  @keyframes turn {
    to {
      rotate: 1turn;
    }
  }

  .poster {
    position: absolute;
    inset: 0;
    display: grid;
    place-items: center;
    color: #fff;
    background: radial-gradient(120% 90% at 50% 40%, #262b34, var(--_bezel));
    cursor: pointer;
  }
  .poster > * {
    grid-area: 1 / 1;
  }
  .picture {
    height: 100%;
    max-width: 100%;
    aspect-ratio: var(--_aspect);
    image-rendering: pixelated;
    animation: come 0.35s;
  }
  @keyframes come {
    from {
      opacity: 0;
    }
  }
  .poster::after {
    content: "";
    position: absolute;
    inset: 0;
    background: linear-gradient(#0000 45%, #000c);
    pointer-events: none;
  }
  .begin {
    z-index: 1;
    display: grid;
    place-items: center;
    width: clamp(3.6rem, 13cqw, 5.4rem);
    aspect-ratio: 1;
    padding: 0;
    border: 0;
    border-radius: 50%;
    color: #fff;
    background: #0b6e7fe6;
    box-shadow: 0 4px 24px #0008, inset 0 0 0 2px #ffffff26;
    cursor: pointer;
  }
  .begin svg {
    width: 52%;
    height: 52%;
    fill: currentcolor;
    translate: 4% 0;
  }
  .poster:hover .begin {
    background: #0f8598;
  }
  .title {
    z-index: 1;
    place-self: end start;
    padding: 0.9rem 1.1rem;
    text-shadow: 0 1px 3px #000a;
    font-size: 0.9rem;
  }

  .seeking,
  .hush {
    z-index: 2;
    place-self: start end;
    margin: 0.7rem;
    padding: 0.3rem 0.75rem;
    border: 0;
    border-radius: 2rem;
    color: #fff;
    background: #000a;
    font: inherit;
    font-size: 0.84rem;
    font-variant-numeric: tabular-nums;
    backdrop-filter: blur(6px);
  }
  .hush {
    place-self: start;
    cursor: pointer;
  }

  .controls {
    padding: 0.15rem 0.6rem 0.55rem;
    background: var(--_card);
    border-radius: 0 0 var(--_radius) var(--_radius);
  }
  .live .controls {
    padding-top: 0.5rem;
  }
  .row {
    display: flex;
    align-items: center;
    gap: 0.15rem 0.3rem;
  }
  .gap {
    flex: 1;
  }
  svg {
    display: block;
    width: 1.4rem;
    height: 1.4rem;
    fill: currentcolor;
  }
  button,
  select,
  .button {
    font: inherit;
    color: inherit;
  }
  .icon {
    display: grid;
    place-items: center;
    width: 2.5rem;
    height: 2.5rem;
    padding: 0;
    border: 0;
    border-radius: 0.6rem;
    background: none;
    cursor: pointer;
  }
  .icon:disabled,
  .chip:disabled {
    opacity: 0.45;
    cursor: default;
  }
  .icon.main {
    width: 2.8rem;
    color: var(--_on-accent);
    background: var(--_accent);
  }
  .icon:hover:enabled:not(.main),
  .chip:hover:enabled,
  .chip.select:hover {
    background: var(--_tint);
  }
  .icon.main:hover:enabled {
    filter: brightness(1.12);
  }
  .chip {
    display: inline-flex;
    align-items: center;
    gap: 0.3rem;
    min-height: 2.1rem;
    padding: 0 0.7rem;
    border: 1px solid var(--_line);
    border-radius: 0.6rem;
    background: none;
    font-size: 0.88rem;
    white-space: nowrap;
    cursor: pointer;
  }
  .chip[aria-pressed="true"] {
    border-color: var(--_accent);
    color: var(--_accent);
    box-shadow: inset 0 0 0 1px var(--_accent);
  }
  .ab {
    gap: 0.25rem;
    font-weight: 600;
  }
  .ab i {
    width: 0.7rem;
    border-top: 2px dotted currentcolor;
  }
  .ab i.set {
    border-top-style: solid;
  }
  .select {
    padding: 0;
  }
  select {
    height: 2rem;
    padding: 0 0.5rem;
    border: 0;
    border-radius: 0.6rem;
    background: transparent;
    font-size: 0.88rem;
    font-variant-numeric: tabular-nums;
    cursor: pointer;
  }
  option {
    color: var(--_ink);
    background: var(--_card);
  }
  .button {
    display: inline-flex;
    align-items: center;
    gap: 0.45rem;
    min-height: 2.6rem;
    padding: 0 1.1rem 0 0.85rem;
    border-radius: 0.65rem;
    font-weight: 600;
    cursor: pointer;
  }
  .strong {
    color: #0e2529;
    background: #58c4d6;
  }
  .strong:hover {
    background: #79d3e2;
  }
  .strong svg {
    width: 1.2rem;
    height: 1.2rem;
  }
  .button:focus-within {
    outline: 2px solid #fff;
    outline-offset: 2px;
  }
  :is(button, select):focus-visible {
    outline: 2px solid var(--_accent);
    outline-offset: 2px;
  }
  .begin:focus-visible {
    outline-color: #fff;
  }
  .at {
    margin-left: 0.5rem;
    white-space: nowrap;
    font-variant-numeric: tabular-nums;
  }
  .at output {
    font-weight: 600;
  }
  .time {
    display: inline-block;
    min-width: 4.2em;
    text-align: right;
  }
  .frames .frame {
    display: inline-block;
    min-width: 3.1em;
  }
  .soft {
    color: var(--_soft);
    font-weight: 400;
  }
  .at .soft,
  .about {
    font-size: 0.86rem;
  }
  .sound {
    display: inline-flex;
    align-items: center;
  }
  .volume {
    width: 4.6rem;
    height: 1.5rem;
    margin: 0 0.4rem 0 0.1rem;
    accent-color: var(--_accent);
    cursor: pointer;
  }
  .about {
    flex-wrap: wrap;
    gap: 0.2rem 1rem;
    margin-top: 0.35rem;
    padding: 0.45rem 0.45rem 0;
    border-top: 1px solid var(--_line);
  }
  .name {
    flex: 1 1 auto;
  }
  .remark {
    flex-basis: 100%;
  }
  .verdict {
    display: inline-flex;
    align-items: center;
    gap: 0.45rem;
    max-width: 100%;
    padding: 0;
    border: 0;
    background: none;
    text-align: left;
  }
  .verdict i {
    flex: none;
    width: 0.6rem;
    height: 0.6rem;
    border-radius: 50%;
    background: var(--_scouted);
  }
  .verdict.whole i {
    background: var(--_good);
  }
  .verdict.desync {
    color: var(--_bad);
    cursor: pointer;
  }
  .verdict.desync i {
    background: var(--_bad);
    border-radius: 2px;
    rotate: 45deg;
  }
  .verdict.desync:hover span {
    text-decoration: underline;
  }
  .bad {
    display: flex;
    gap: 0.5rem;
    align-items: start;
    color: var(--_bad);
    text-align: left;
    overflow-wrap: anywhere;
  }
  .bad svg {
    flex: none;
    width: 1.2rem;
    height: 1.2rem;
    margin-top: 0.1rem;
  }
  .rec {
    display: inline-block;
    width: 0.7rem;
    height: 0.7rem;
    margin-right: 0.45rem;
    border-radius: 50%;
    background: var(--_soft);
  }
  .rec.runs {
    background: #d93a30;
  }

  dialog {
    width: min(44rem, calc(100vw - 2rem));
    max-height: calc(100vh - 2rem);
    padding: 1.1rem 1.3rem;
    border: 1px solid var(--_line);
    border-radius: 0.9rem;
    color: var(--_ink);
    background: var(--_card);
    box-shadow: 0 20px 60px #0007;
  }
  dialog::backdrop {
    background: #0008;
  }
  dialog header {
    display: flex;
    justify-content: space-between;
    align-items: center;
  }
  h2 {
    font-size: 1.2rem;
  }
  h3 {
    margin: 0.5rem 0;
    font-size: 0.86rem;
    font-weight: 600;
    color: var(--_soft);
  }
  .lists {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr));
    gap: 0.4rem 2.4rem;
  }
  .lists li {
    display: flex;
    justify-content: space-between;
    align-items: center;
    padding: 0.1rem 0;
  }
  .lists .chip {
    min-width: 3.2rem;
    justify-content: center;
    border-color: transparent;
  }
  dialog footer {
    margin-top: 0.9rem;
  }
  kbd {
    padding: 0.05rem 0.45rem;
    font:
      0.8rem ui-monospace,
      "DejaVu Sans Mono",
      monospace;
    border: 1px solid var(--_line);
    border-bottom-width: 2px;
    border-radius: 0.35rem;
    background: var(--_tint);
  }

  .touch {
    display: none;
    touch-action: none;
    user-select: none;
    -webkit-user-select: none;
  }
  .cross {
    position: relative;
    width: 8.4rem;
    height: 8.4rem;
  }
  .cross::before,
  .cross::after {
    content: "";
    position: absolute;
    inset: 0 2.8rem;
    border-radius: 0.5rem;
    background: var(--_rail);
  }
  .cross::after {
    inset: 2.8rem 0;
  }
  .middle,
  .right {
    display: grid;
    gap: 0.5rem;
  }
  .right {
    grid-template-columns: 3.6rem 3.6rem;
  }
  .touch span {
    display: grid;
    place-items: center;
    min-height: 2.4rem;
    padding: 0 0.5rem;
    border-radius: 0.6rem;
    background: var(--_rail);
    font-size: 0.84rem;
    font-weight: 600;
  }
  .touch .right span {
    height: 3.6rem;
    border-radius: 50%;
    font-size: 1.1rem;
  }
  @media (pointer: coarse) {
    .touch {
      display: flex;
      justify-content: space-between;
      align-items: center;
      gap: 0.6rem;
      padding: 0.9rem 0.8rem 0.4rem;
    }
  }

  @container instep-player (max-width: 44rem) {
    .long,
    .volume {
      display: none;
    }
  }
  @container instep-player (max-width: 34rem) {
    .wide,
    .at.frames .soft {
      display: none;
    }
    .controls {
      padding-inline: 0.4rem;
    }
    .row {
      gap: 0.1rem;
    }
    .at {
      margin-left: 0.3rem;
      font-size: 0.88rem;
    }
    .icon {
      width: 2.2rem;
    }
    .chip {
      padding: 0 0.45rem;
    }
    .select {
      padding: 0;
    }
  }
  @container instep-player (max-width: 25rem) {
    .frames,
    .ab {
      display: none;
    }
  }

  :host(:fullscreen) .deck {
    border: 0;
    border-radius: 0;
    background: #000;
    --_radius: 0rem;
  }
  :host(:fullscreen) #stage {
    aspect-ratio: auto;
    background: #000;
  }
  :host(:fullscreen) .deck:not(.live) .controls {
    position: absolute;
    inset: auto 0 0;
    padding: 0.4rem 1rem 0.8rem;
    border-radius: 0;
    background: color-mix(in oklab, var(--_card) 92%, transparent);
    transition: opacity 0.25s;
  }
  :host(:fullscreen) .idle {
    cursor: none;
  }
  :host(:fullscreen) .idle .controls:not(:focus-within) {
    opacity: 0;
  }
  @media (prefers-reduced-motion: no-preference) {
    .icon,
    .chip,
    .begin {
      transition: background-color 0.12s;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    * {
      animation: none !important;
      transition: none !important;
    }
  }
`;
