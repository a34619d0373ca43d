// Cost of rollback: a runner that goes back 8 frames in every frame, with all that a session keeps of them (fingerprints,
// evidence, readings), against the bare load, saves and steps on the same core, turn about. Aim: 1.1 or less.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { findCore } from "../dist/machine/cores.node.js";
import { NO_PAD } from "../dist/machine/input.js";
import { SHOW_NOTHING } from "../dist/machine/machine.js";
import { Runner } from "../dist/netplay/runner.js";
import { Chain } from "../dist/netplay/session/chain.js";
import { Claims } from "../dist/netplay/session/claims.js";
import { Game } from "../dist/netplay/session/game.js";
import { Seats } from "../dist/netplay/session/seats.js";
import { defaultProfile } from "../dist/watch/profile.js";
import { median } from "./support.mjs";

const BACK = 8;
const FRAMES = 150;
const ROUNDS = 7;
const gleam = fileURLToPath(new URL("../games/gleam/gleam.nes", import.meta.url));
const rules = { device: "pad", delay: 0, window: BACK, lagLimit: 120, lost: "wait", fps: { num: 60, den: 1 } };
const NOBODY = {
  id: "",
  seat: 1,
  name: "",
  frame: 0,
  frameAt: 0,
  have: 0,
  ahead: 0,
  claims: new Claims(),
  lost: false,
  link: { rtt: 0, heard: 0 },
  frameNow: () => 0,
};

export async function run(report) {
  const content = { name: "gleam.nes", bytes: new Uint8Array(readFileSync(gleam)) };
  for (const name of ["nestopia", "jsnes"]) {
    const core = await findCore(name, "gleam.nes");
    const [bare, machine] = [await core.open({ content }), await core.open({ content })];
    const runner = new Runner({
      machine,
      profile: defaultProfile(machine.memory),
      device: "pad",
      open: () => machine,
      takesStates: () => false,
    });
    const host = {
      ...runner,
      memory: () => undefined,
      desync() {},
      replay() {},
      resumed() {},
      failed() {},
      stateAt: () => undefined,
    };
    const game = new Game(new Seats(0, 2, [NOBODY]), rules, new Chain(0, runner.print), host);
    runner.steps = game;
    const [mine, theirs] = [new Uint8Array(4), new Uint8Array(4)];
    const sessionFrame = () => {
      const { frame } = game.timeline;
      // What the other presses changes in every frame, so that every guess is wrong.
      theirs[1] = frame & 1;
      if (frame >= BACK) game.timeline.put(1, frame - BACK, theirs);
      NOBODY.frame = frame;
      NOBODY.claims.agreed = game.chain.settled;
      runner.run(game.tick(0, mine), SHOW_NOTHING);
      game.update(0);
    };
    const states = Array.from({ length: BACK + 1 }, () => new Uint8Array(bare.stateSize * 1.1));
    const kept = states.map(() => undefined);
    const pads = { poll: (port) => (port === 1 ? { ...NO_PAD, buttons: bare.frame & 1 } : NO_PAD) };
    const bareFrame = () => {
      const to = bare.frame + 1;
      const from = to - 1 - BACK;
      if (from >= 0) bare.loadState(kept[from % (BACK + 1)], from);
      for (let frame = bare.frame; frame < to; frame++) {
        const slot = frame % (BACK + 1);
        // The state that was loaded is still there.
        if (frame !== from) kept[slot] = bare.saveState(states[slot]);
        bare.step(pads, SHOW_NOTHING);
      }
    };
    const time = (frame) => {
      const start = performance.now();
      for (let i = 0; i < FRAMES; i++) frame();
      return performance.now() - start;
    };
    for (let i = 0; i < 3 * BACK; i++) {
      sessionFrame();
      bareFrame();
    }
    const before = game.timeline.again;
    const rounds = Array.from({ length: ROUNDS }, (_, i) => {
      const first = i % 2 ? time(sessionFrame) : time(bareFrame);
      return i % 2 ? [time(bareFrame), first] : [first, time(sessionFrame)];
    });
    const again = (game.timeline.again - before) / (FRAMES * ROUNDS);
    report(
      `a session's rollback of ${again.toFixed(1)} frames / load, ${BACK} steps and saves, ${name}`,
      median(rounds.map(([b, s]) => s / b)),
      "aim 1.1 or less",
      `${((1000 * median(rounds.map(([, s]) => s))) / FRAMES).toFixed(0)} against ${((1000 * median(rounds.map(([b]) => b))) / FRAMES).toFixed(0)} us a frame`,
    );
    bare.close();
    machine.close();
  }
}
