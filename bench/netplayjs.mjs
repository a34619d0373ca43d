// A session against netplayjs' rollback: the same toy game (256 bytes of RAM), the same pads, the same network without loss
// (netplayjs needs one that is reliable and in order), two players, in virtual time, turn about in one run.
import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import msgpack from "msgpack-lite";
import { build } from "vite";
import { newIdentity, realSuite } from "../dist/netplay/session/suite.js";
import { ArithmeticMachine, arithmeticBoot } from "../dist/netplay/sim/arithmetic.js";
import { Network } from "../dist/netplay/sim/network.js";
import { seeded } from "../dist/netplay/sim/random.js";
import { World } from "../dist/netplay/sim/world.js";
import { median } from "./support.mjs";

const FRAMES = 1200;
const ROUNDS = 5;
const WEATHER = { delay: 40, jitter: 0, loss: 0, doubled: 0, detour: 0 };
const FRAME_MS = 1000 / 60;

export async function run(report) {
  const { RollbackNetcode, NetplayPlayer } = await netplayjs();
  const rounds = [];
  for (let i = 0; i < ROUNDS; i++) {
    const first = i % 2 ? await ours() : theirs(RollbackNetcode, NetplayPlayer);
    const second = i % 2 ? theirs(RollbackNetcode, NetplayPlayer) : await ours();
    rounds.push(i % 2 ? [first, second] : [second, first]);
  }
  const [own, other] = [0, 1].map((who) => ({
    us: median(rounds.map((round) => round[who].us)),
    bytes: median(rounds.map((round) => round[who].bytes)),
  }));
  const round = (n) => n.toFixed(0);
  report(
    "a session's time / netplayjs' time, a toy game",
    own.us / other.us,
    "smaller is better",
    `${round(own.us)} against ${round(other.us)} us a frame, with proof of every datagram and fingerprints of every frame`,
  );
  report(
    "a session's bytes / netplayjs' bytes",
    own.bytes / other.bytes,
    "smaller is better",
    `${round(own.bytes)} against ${round(other.bytes)} bytes a second from each player, without headers`,
  );
}

/** netplayjs is made for pages; its netcode alone runs anywhere. */
async function netplayjs() {
  const outDir = fileURLToPath(new URL("../node_modules/.cache/netplayjs/", import.meta.url));
  const entry = fileURLToPath(new URL("netplayjs-entry.mjs", import.meta.url));
  await build({
    configFile: false,
    logLevel: "error",
    define: { DEV: "false" },
    build: { ssr: entry, outDir, emptyOutDir: true },
  });
  const module = await import(`${outDir}netplayjs-entry.js`);
  rmSync(outDir, { recursive: true });
  return module;
}

async function ours() {
  const rules = { device: "pad", delay: 0, window: 8, lagLimit: 16, lost: "wait", fps: { num: 60, den: 1 } };
  const world = new World({
    seed: 7,
    players: 2,
    rules,
    weather: WEATHER,
    frames: FRAMES,
    skew: 0,
    suite: () => realSuite(newIdentity()),
  });
  const begun = performance.now();
  if (!(await world.run(60_000))) throw new Error("the session did not come to its end");
  const { bytes } = world.network;
  return { us: (1000 * (performance.now() - begun)) / FRAMES, bytes: bytes / 2 / (world.now / 1000) };
}

function theirs(RollbackNetcode, NetplayPlayer) {
  const random = seeded(7);
  const network = new Network(WEATHER, random);
  const sides = [0, 1].map((me) => {
    const players = [0, 1].map((id) => new NetplayPlayer(id, id === me, id === 0));
    const machine = new ArithmeticMachine(arithmeticBoot(2));
    const state = {
      tick(inputs) {
        machine.step({ poll: (port) => ({ buttons: inputs.get(players[port]).buttons }) });
      },
      serialize: () => ({ frame: machine.frame, ram: [...machine.ram] }),
      deserialize: ({ frame, ram }) => machine.loadState(Uint8Array.from(ram), frame),
    };
    const input = (buttons) => ({ buttons, predictNext: () => input(buttons) });
    let held = 0;
    const poll = () => {
      if (random(1) < 0.15) held = Math.floor(random(1 << 16));
      return input(held);
    };
    const send = (message) => network.send(me, 1 - me, msgpack.encode(message), now);
    const netcode = new RollbackNetcode(
      ...[me === 0, state, players, new Map(players.map((player) => [player, input(0)])), 8, undefined, FRAME_MS, poll],
      (frame, { buttons }) => send({ type: "input", frame, input: { buttons } }),
      (frame, whole) => send({ type: "state", frame, state: whole }),
    );
    const take = (bytes) => {
      const message = msgpack.decode(bytes);
      if (message.type === "state") netcode.onStateSync(message.frame, message.state);
      else netcode.onRemoteInput(message.frame, players[1 - me], input(message.input.buttons));
    };
    return { netcode, take };
  });
  let now = 0;
  const begun = performance.now();
  for (let due = 0; sides.some(({ netcode }) => netcode.currentFrame() < FRAMES); now += 2) {
    for (const { to, datagram } of network.arrived(now)) sides[to].take(datagram);
    if (now < due) continue;
    due += FRAME_MS;
    for (const { netcode } of sides) netcode.tick();
  }
  return { us: (1000 * (performance.now() - begun)) / FRAMES, bytes: network.bytes / 2 / (now / 1000) };
}
