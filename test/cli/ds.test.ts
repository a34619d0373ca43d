import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { probeVideo } from "../../src/dump/inspect.ts";
import { writeIsr } from "../../src/replay/isr.ts";
import { instep, scratch } from "../support/cli.ts";
import { hasShared, shared } from "../support/data.ts";

const folder = scratch();
const FRAMES = 400;

/** Buttons held for 12 frames each, always the same. */
function presses(): string {
  const buttons = new Uint32Array(FRAMES);
  let random = 12345;
  for (let i = 0; i < FRAMES; i++) {
    if (i % 12 === 0) random = (Math.imul(random, 1103515245) + 12345) >>> 0;
    buttons[i] = (random >>> 8) & 0xfff;
  }
  const file = join(folder, "presses.isr");
  const tracks = [{ device: "pad" as const, buttons }];
  writeFileSync(
    file,
    writeIsr({ system: "nds", by: "frame", length: FRAMES, tracks, events: [], start: { kind: "power-on" }, rom: {} }),
  );
  return file;
}

describe.runIf(hasShared)("a DS game on another CPU emulation, at four times its resolution", () => {
  it("is kept in step, with a native run whose own states are not exact", async () => {
    const out = join(folder, "ds.mkv");
    const args = ["--rom", shared("nds/pong-ds.nds"), "--core", "desmume", "--native", "desmume_cpu_mode=jit"];
    const target = ["--target", "desmume_cpu_mode=interpreter,desmume_internal_resolution=1024x768"];
    const ended = instep("sync", presses(), ...args, ...target, "--tail", "0", "-o", out, "--json");
    expect(ended.code, ended.err).toBe(0);
    const result = JSON.parse(ended.out);
    expect(result).toMatchObject({
      frames: FRAMES,
      tail: 0,
      residual: 0,
      video: { frames: FRAMES, width: 1024, height: 1536 },
    });
    // States made from a keyframe part from the native run at 257 to 261: they would have to be repaired again and again.
    expect(result.repairs).toEqual([21]);
    expect(result.desyncs).toEqual(result.repairs);
    expect(result.seams.map((seam: { frame: number }) => seam.frame)).toEqual([21]);
    expect(Object.keys(result.seconds)).toEqual(["align", "dump", "total"]);
    expect(await probeVideo(out)).toMatchObject({ frames: FRAMES, width: 1024, height: 1536, audio: { rate: 44100 } });
  }, 120_000);
});
