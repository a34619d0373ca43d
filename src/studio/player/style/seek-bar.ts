import { css } from "lit";

/** The seek bar; its colours are the player's. */
export const seekBar = css`
  :host {
    display: block;
    position: relative;
    --knob: 0.9rem;
  }
  #track {
    position: relative;
    height: 1.75rem;
    margin: 0 calc(var(--knob) / 2);
    cursor: pointer;
    touch-action: none;
    outline: none;
    --at: 0;
  }
  i {
    position: absolute;
    pointer-events: none;
  }
  .rail {
    position: absolute;
    inset: calc(50% - 0.16rem) calc(var(--knob) / -2);
    border-radius: 1rem;
    background: var(--_rail);
    overflow: hidden;
    transition: inset 0.12s;
  }
  #track:is(:hover, :focus-visible, :active) .rail {
    inset-block: calc(50% - 0.24rem);
  }
  .rail i {
    inset: 0;
    transform-origin: left;
  }
  .scouted {
    background: var(--_scouted);
    transform: scaleX(var(--to));
    transition: transform 0.2s linear;
  }
  .loop {
    inset-inline: calc(var(--from) * 100%) calc(100% - var(--to) * 100%) !important;
    background: color-mix(in oklab, var(--_accent) 45%, transparent);
  }
  .played {
    background: var(--_accent);
    transform: scaleX(var(--at));
  }
  .knob {
    left: calc(var(--at) * 100% - var(--knob) / 2);
    top: calc(50% - var(--knob) / 2);
    width: var(--knob);
    height: var(--knob);
    border-radius: 50%;
    background: var(--_accent);
    box-shadow: 0 0 0 2px var(--_card);
    transition: transform 0.12s;
  }
  #track:is(:hover, :active) .knob {
    transform: scale(1.15);
  }
  #track:focus-visible .knob {
    box-shadow: 0 0 0 2px var(--_card), 0 0 0 4px var(--_accent);
  }
  .mark {
    left: calc(var(--at) * 100% - 1.5px);
    top: calc(50% - 0.5rem);
    width: 3px;
    height: 1rem;
    border-radius: 2px;
    background: var(--_mark, var(--_soft));
    box-shadow: 0 0 0 1px var(--_card);
  }
  .event {
    --_mark: var(--_event);
  }
  .mark.event {
    top: calc(50% - 0.22rem);
    height: 0.44rem;
  }
  .desync {
    --_mark: var(--_bad);
  }
  .mark:is(.desync, .end) {
    top: 0.1rem;
    height: 1.55rem;
  }
  .repair {
    --_mark: var(--_warn);
  }
  .peek {
    position: absolute;
    z-index: 3;
    bottom: calc(100% + 0.35rem);
    left: clamp(5.4rem, calc(var(--at) * 100%), 100% - 5.4rem);
    translate: -50% 0;
    width: max-content;
    max-width: 10.8rem;
    padding: 0.3rem;
    border-radius: 0.55rem;
    background: #0d0f13f2;
    color: #e5e6ea;
    font-size: 0.78rem;
    text-align: center;
    box-shadow: 0 6px 24px #0006;
    pointer-events: none;
  }
  .peek canvas {
    display: block;
    width: 10.2rem;
    aspect-ratio: var(--_aspect, 4 / 3);
    margin-bottom: 0.3rem;
    border-radius: 0.35rem;
    background: #000;
    image-rendering: pixelated;
  }
  .peek canvas[hidden] {
    display: none;
  }
  .peek p {
    margin: 0;
    padding: 0 0.35rem;
    font-variant-numeric: tabular-nums;
    overflow-wrap: anywhere;
  }
  .peek p:is(.desync, .repair, .event, .end) {
    color: var(--_mark, inherit);
    filter: brightness(1.25);
  }
  .peek span {
    color: #a7adba;
  }
  @media (forced-colors: active) {
    .played,
    .knob {
      background: Highlight;
    }
    .rail {
      border: 1px solid;
    }
  }
`;
