import { test } from "vitest";
import { hasLink, RALLY } from "./link-open.ts";
import { tryStates } from "./link-states.ts";

test.runIf(hasLink).each(["cgb", "dmg"])(
  "states of two linked Game Boys (%s; a Color at double speed) load cold and go on the same for 600 frames",
  (model) => tryStates(RALLY, { model }, 25),
  240_000,
);
