import { test } from "vitest";
import { HEDGE, hasLink } from "./link-open.ts";
import { tryStates } from "./link-states.ts";

test.runIf(hasLink).each([
  { consoles: "2", rounds: 38 },
  { consoles: "4", rounds: 12 },
])(
  "states of $consoles linked GBAs load cold and go on the same for 600 frames",
  ({ consoles, rounds }) => tryStates(HEDGE, { consoles }, rounds),
  240_000,
);
