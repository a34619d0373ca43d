import { css } from "lit";

/** What is otherwise in a narrow player, in full screen, and for who wants no motion; it comes last. */
export const fit = css`
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
    .icon:not(.main) {
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

  :host(:fullscreen) {
    color-scheme: dark;
  }
  :host(:fullscreen) .deck {
    border: 0;
    border-radius: 0;
    background: #000;
    --_radius: 0rem;
  }
  :host(:fullscreen) #stage {
    max-height: none;
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
  :host(:fullscreen) .idle #stage::after {
    display: none;
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
