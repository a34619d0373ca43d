import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, expect, it, vi } from "vitest";
import { instep, scratch } from "../support/cli.ts";

const gleam = fileURLToPath(new URL("../../games/gleam/gleam.nes", import.meta.url));
const folder = scratch();

afterEach(() => vi.unstubAllEnvs());

it("the first state of a core does not hold what was in the memory that it was given", () => {
  // glibc fills what malloc gives out with this, where nobody says otherwise.
  const recordings = ["85", "170"].map((fill) => {
    vi.stubEnv("MALLOC_PERTURB_", fill);
    const out = join(folder, `${fill}.isr`);
    const { code, err } = instep(
      "record",
      gleam,
      "--core",
      "nestopia",
      "--frames",
      "60",
      "--keyframes",
      "30",
      "-o",
      out,
    );
    expect(err).toBe("");
    expect(code).toBe(0);
    return readFileSync(out);
  });
  expect(recordings[0]!.equals(recordings[1]!)).toBe(true);
});
