// How far behind the recorder its mirror is, seen from outside of both: from the recorder's step to the mirror's. Aim: 6 frames.
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { mirror } from "../dist/follow/mirror.node.js";
import { record } from "../dist/follow/record.node.js";
import { LatenessMeter } from "../dist/replay/lateness.js";

const FRAMES = 1800;
const AIM = 6;
const FPS = { num: 39375000, den: 655171 };
const rom = fileURLToPath(new URL("../games/gleam/gleam.nes", import.meta.url));

export async function run(report) {
  for (const core of ["nestopia", "jsnes"]) {
    const out = join(tmpdir(), `instep-mirror-${process.pid}.isr`);
    const meter = new LatenessMeter(FPS);
    let mirrored;
    let at = 0;
    // From when it has caught up; between its messages it is where it was.
    const look = setInterval(() => at > 0 && at < FRAMES && meter.watch(at, performance.now()), 5);
    await record({ rom, core, settings: {}, bot: "random:1", out, live: true }, FRAMES, {
      serve: { host: "127.0.0.1", port: 0 },
      // Each block is written right after its last frame, which is the live one then.
      onFrame: (frame) => meter.arrived(frame, performance.now()),
      onServing(url) {
        const onProgress = ({ frame, behind }) => {
          if (at > 0 || (frame > 0 && behind < AIM)) at = frame;
        };
        mirrored = mirror(url, { rom, onProgress });
      },
    });
    const own = (await mirrored).lateness;
    const { median, p99, worst, seconds } = meter.result;
    report(
      `frames behind live / ${AIM}, ${core}`,
      median / AIM,
      "aim 1 or less",
      `median ${median}, p99 ${p99}, worst ${worst} in ${seconds.toFixed(0)} s; it says itself: ${own.median}, ${own.p99}, ${own.worst}`,
    );
    clearInterval(look);
    rmSync(out);
  }
}
