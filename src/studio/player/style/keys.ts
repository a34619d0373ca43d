import { css } from "lit";

/** The list of keys, and the pad under fingers. */
export const keys = css`
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
`;
