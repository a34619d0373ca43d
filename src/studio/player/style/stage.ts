import { css } from "lit";

/** The player itself, its colours, and its screen. Those that a page may set are in docs/player.md; names that begin with _ are the player's own. */
export const stage = css`
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
    max-height: var(--instep-max-height, max(15rem, 100svh - 9.5rem));
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
    inset: 0;
    border: 2px solid #58c4d6;
    border-radius: inherit;
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
  #screen.touchable {
    touch-action: none;
    cursor: crosshair;
  }
  .deck.drawn #screen canvas {
    image-rendering: auto;
  }
  .deck:not(.ready) #screen {
    visibility: hidden;
  }
`;
