import { css } from "lit";

/** What lies over the picture. */
export const overlay = css`
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
`;
