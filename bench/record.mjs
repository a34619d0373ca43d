// Cost of recording: a frame with the recorder against a bare one with its probes unread, turn about. Aim: 1.05 or less.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { findCore } from "../dist/machine/cores.node.js";
import { SHOW_NOTHING } from "../dist/machine/machine.js";
import { BotInput, randomBot } from "../dist/replay/bot.js";
import { liveMovie, Recorder } from "../dist/replay/recorder.js";
import { parseProfile } from "../dist/watch/profile.js";
import { median } from "./support.mjs";

const FRAMES = 3000;
const ROUNDS = 9;
const path = (name) => fileURLToPath(new URL(`../games/gleam/${name}`, import.meta.url));

export async function run(report) {
  const profile = parseProfile("profile.json", readFileSync(path("profile.json"), "utf8"));
  const bytes = new Uint8Array(readFileSync(path("gleam.nes")));
  for (const name of ["nestopia", "jsnes"]) {
    const core = await findCore(name, "gleam.nes");
    const content = { name: "gleam.nes", bytes };
    const bare = await core.open({ content });
    const machine = await core.open({ content });
    let size = 0;
    const recorder = new Recorder(machine, {
      profile,
      movie: liveMovie(machine, { name: "gleam.nes" }),
      keyframeEvery: 600,
      append: (more) => (size += more.length),
    });
    const bots = [new BotInput(randomBot, bare, "1"), new BotInput(randomBot, machine, "1")];
    // The CPU's own time: what else the computer does meanwhile does not count.
    const time = (step) => {
      const start = process.cpuUsage();
      for (let i = 0; i < FRAMES; i++) step();
      const { user, system } = process.cpuUsage(start);
      return user + system;
    };
    const alone = () => time(() => bare.step(bots[0], SHOW_NOTHING));
    const recorded = () => time(() => recorder.step(bots[1], SHOW_NOTHING));
    alone();
    recorded();
    const rounds = Array.from({ length: ROUNDS }, (_, i) => {
      const first = i % 2 ? alone() : recorded();
      return i % 2 ? [first, recorded()] : [alone(), first];
    });
    const [a, b] = [median(rounds.map((r) => r[0])), median(rounds.map((r) => r[1]))];
    const rate = (size / machine.frame) * 60.0988;
    report(
      `a recorded frame / a bare frame, ${name}`,
      median(rounds.map(([x, y]) => y / x)),
      "aim 1.05 or less",
      `${(b / FRAMES).toFixed(0)} against ${(a / FRAMES).toFixed(0)} us a frame; ${Math.round(rate)} bytes a second`,
    );
    bare.close();
    machine.close();
  }
}
