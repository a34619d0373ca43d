import { css } from "lit";

/** What is below the picture. */
export const controls = css`
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
    flex: none;
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
`;
