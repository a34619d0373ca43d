import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { bootHash } from "../../src/machine/boot.ts";
import { findCore } from "../../src/machine/cores.node.ts";
import { BUTTON } from "../../src/machine/input.ts";
import { type Machine, type OpenOptions, regionOf, SHOW_NOTHING } from "../../src/machine/machine.ts";
import { Problem } from "../../src/problem.ts";
import { instep, scratch } from "../support/cli.ts";
import { contract } from "./contract.ts";
import { numbers } from "./link-open.ts";

const folder = scratch();
const path = (name: string): string => join(folder, name);
const source = fileURLToPath(new URL("netpacket-core/tin.c", import.meta.url));
const build = (name: string, ...flags: string[]): void => {
  execFileSync("cc", [
    "-shared",
    "-fPIC",
    "-O1",
    "-Wall",
    "-Werror",
    ...flags,
    "-o",
    path(`${name}_libretro.so`),
    source,
  ]);
};
build("tin");
build("lonely", "-DLONELY=1");
writeFileSync(path("game.tin"), "a tin");
writeFileSync(path("other.tin"), "another tin");
process.env.LIBRETRO_DIRECTORY = folder; // for the processes that replay

const game = { name: "game.tin", bytes: new TextEncoder().encode("a tin") };
const { A, B, X, Y, L, L2, R, R2, Up, Select, Start, Unplug } = BUTTON;
const WIRE_HEADER = 8;

async function open(consoles: number, settings: Record<string, string> = {}, more: Partial<OpenOptions> = {}) {
  const core = await findCore(path("tin_libretro.so"), "game.tin");
  return core.open({ content: game, settings: { consoles: String(consoles), ...settings }, ...more });
}

/** Buttons of each port, that a test sets between steps. */
class Hands {
  readonly held: number[] = new Array(16).fill(0);
  poll(port: number) {
    return { buttons: this.held[port]!, lx: 0, ly: 0, rx: 0, ry: 0, touchX: -1, touchY: -1 };
  }
}

const word = (machine: Machine, console: number, at: number): number =>
  new DataView(regionOf(machine, `${console + 1}.ram`)!.bytes.slice().buffer).getUint32(at * 4, true);
const AT = { frame: 0, hash: 1, got: 2, bad: 4, polls: 5, game: 6, spoilt: 7, waited: 9, log: 10 };

interface Packet {
  readonly sent: number;
  readonly from: number;
  readonly number: number;
  readonly size: number;
}
/** What a console has in its log: the packets with the frame in which each came. */
function logOf(machine: Machine, console: number): (Packet & { readonly frame: number })[] {
  const got = word(machine, console, AT.got);
  return Array.from({ length: Math.min(got, 64) }, (_, i) => {
    const at = AT.log + ((Math.max(got - 64, 0) + i) % 64) * 4;
    const ids = word(machine, console, at + 2);
    return {
      frame: word(machine, console, at),
      sent: word(machine, console, at + 1),
      from: ids & 0xffff,
      number: ids >>> 16,
      size: word(machine, console, at + 3),
    };
  });
}

/** Consoles that play, and a model of what each of them has to get, and when. */
class Modelled {
  readonly logs: (Packet & { readonly frame: number })[][];
  readonly hands = new Hands();
  readonly #machine: Machine;
  readonly #numbers: number[];
  #flying: (Packet & { readonly to: number | "all"; readonly ask?: boolean })[] = [];

  constructor(machine: Machine, consoles: number) {
    this.#machine = machine;
    this.logs = Array.from({ length: consoles }, () => []);
    this.#numbers = new Array(consoles).fill(0);
  }

  step(): void {
    const { hands, logs } = this;
    const frame = this.#machine.frame;
    const arriving = this.#flying;
    this.#flying = [];
    for (const [to, log] of logs.entries()) {
      for (const { to: addressee, ask, ...packet } of arriving) {
        if (packet.from === to || (addressee !== to && addressee !== "all")) continue;
        log.push({ frame, ...packet });
        // An answer leaves before the frame begins: it counts as of the one before, and takes the next number of it.
        if (ask) this.#flying.push({ sent: frame, from: to, number: this.#numbers[to]!++, size: 16, to: packet.from });
      }
    }
    for (const from of logs.keys()) {
      const held = hands.held[from]!;
      let number = 0;
      const send = (size: number, to: number | "all", ask = false): void => {
        this.#flying.push({ sent: frame + 1, from, number: number++, size, to, ask });
      };
      if (held & A) send(32, "all");
      if (held & B) send(32, from ^ 1);
      if (held & X) {
        send(32, "all");
        send(33, from ^ 1);
      }
      if (held & Y) send(32, "all", true);
      this.#numbers[from] = number;
    }
    this.#machine.step(hands, SHOW_NOTHING);
  }
}

contract("three consoles on a network", () => open(3), {
  child: { core: path("tin_libretro.so"), rom: path("game.tin"), settings: { consoles: "3" } },
  opens: 20,
  writable: { region: "2.save", offset: 5 },
});

describe("consoles that send each other packets", () => {
  test.each([2, 3, 6])(
    "%i of them get all that was sent, a frame later, in the order in which it was sent",
    async (count) => {
      const machine = await open(count);
      const random = numbers(count);
      const modelled = new Modelled(machine, count);
      for (let i = 0; i < 400; i++) {
        for (let port = 0; port < count; port++) modelled.hands.held[port] = [0, A, B, X, Y, A | Y, B | X][random(7)]!;
        modelled.step();
        if (i % 10) continue;
        for (const [console, log] of modelled.logs.entries())
          expect(logOf(machine, console), `console ${console}, frame ${machine.frame}`).toEqual(log.slice(-64));
      }
      for (const [console, log] of modelled.logs.entries()) {
        expect(log.length).toBeGreaterThan(400);
        expect(word(machine, console, AT.got)).toBe(log.length);
        for (const fault of [AT.bad, AT.spoilt]) expect(word(machine, console, fault)).toBe(0);
        expect(word(machine, console, AT.polls)).toBe(400);
      }
      machine.close();
    },
  );

  test("states with packets in flight go on the same in another machine, byte for byte", async () => {
    const [live, cold] = [await open(3), await open(3)];
    const random = numbers(11);
    const hands = new Hands();
    const empty = live.stateSize;
    let inFlight = 0;
    for (let round = 0; round < 300; round++) {
      const keys = Array.from({ length: 12 }, () => [0, 1, 2].map(() => random(0x1000) & ~(L | R | Start)));
      const play = (machine: Machine): void => {
        for (const held of keys) {
          hands.held.splice(0, 3, ...held);
          machine.step(hands, SHOW_NOTHING);
        }
      };
      play(live);
      const state = live.saveState();
      if (state.length > empty) inFlight++;
      cold.loadState(state, live.frame);
      expect(Buffer.compare(cold.saveState(), state)).toBe(0);
      play(live);
      play(cold);
      expect(Buffer.compare(cold.saveState(), live.saveState()), `round ${round}`).toBe(0);
    }
    expect(inFlight).toBeGreaterThan(200);
    live.close();
    cold.close();
  });

  test("the largest packet arrives whole, and what is nothing or for nobody does not", async () => {
    const machine = await open(2);
    const hands = new Hands();
    const empty = machine.stateSize;
    hands.held[0] = Start;
    machine.step(hands);
    expect(machine.stateSize).toBe(empty + WIRE_HEADER + 65536);
    hands.held[0] = 0;
    machine.step(hands);
    expect(logOf(machine, 1)).toEqual([{ frame: 1, sent: 1, from: 0, number: 0, size: 65536 }]);
    expect(word(machine, 1, AT.bad)).toBe(0);
    hands.held[0] = L;
    machine.step(hands);
    hands.held[0] = 0;
    machine.step(hands);
    expect([0, 1].map((console) => word(machine, console, AT.got))).toEqual([0, 1]);
    machine.close();
  });

  test("a core that waits within a frame for an answer gives up after the same time on every machine", async () => {
    const machine = await open(2);
    const hands = new Hands();
    hands.held.splice(0, 2, A | R2, A | R2);
    for (let i = 0; i < 10; i++) machine.step(hands, SHOW_NOTHING);
    expect([0, 1].map((console) => word(machine, console, AT.waited))).toEqual([240, 240]);
    expect(word(machine, 0, AT.spoilt)).toBe(0);
    machine.close();
  });

  test.each([
    [R, /tin: console 2 sent more than 64 KB in one packet at frame 4/],
    [R | Select, /tin: console 2 sent more than 64 KB in one packet/],
    [R | Up, /tin: console 2 sent more than 16 MB in one frame/],
  ])("more than a network takes ends the step with a fault in one line (keys %i)", async (keys, message) => {
    const machine = await open(2);
    const hands = new Hands();
    for (let i = 0; i < 3; i++) machine.step(hands);
    const state = machine.saveState();
    hands.held[1] = keys;
    expect(() => machine.step(hands)).toThrow(message);
    machine.loadState(state, 3);
    hands.held[1] = 0;
    machine.step(hands);
    expect(machine.frame).toBe(4);
    machine.close();
  });

  test("a console whose plug is out hears nobody and is not heard, until it is back", async () => {
    const machine = await open(3);
    const hands = new Hands();
    hands.held.fill(A);
    for (let i = 0; i < 30; i++) {
      hands.held[1] = i >= 10 && i < 20 ? A | Unplug : A;
      machine.step(hands);
    }
    // Of 29 frames' packets from two others; the second one was away for ten of them.
    expect([0, 1, 2].map((console) => word(machine, console, AT.got))).toEqual([48, 38, 48]);
    expect(logOf(machine, 0).filter(({ from, frame }) => from === 1 && frame >= 10 && frame < 20)).toEqual([]);
    machine.close();
  });

  test("a damaged state is refused or loads, and nothing crashes", async () => {
    const machine = await open(2);
    const hands = new Hands();
    hands.held.fill(X);
    for (let i = 0; i < 5; i++) machine.step(hands);
    const state = machine.saveState();
    const wire = 4 * (WIRE_HEADER + 32) + 2 * 1;
    const tryLoad = (bytes: Uint8Array): void => {
      try {
        machine.loadState(bytes, 5);
      } catch (error) {
        expect(error).toBeInstanceOf(Problem);
        expect((error as Problem).message).not.toContain("\n");
      }
      machine.step(hands, SHOW_NOTHING);
    };
    for (let length = 0; length < state.length; length += length < 40 || length > state.length - wire ? 1 : 37) {
      expect(() => machine.loadState(state.subarray(0, length), 5)).toThrow(Problem);
    }
    const byte = fc.record({ at: fc.nat(state.length - 1), value: fc.integer({ min: 0, max: 255 }) });
    fc.assert(
      fc.property(fc.array(byte, { minLength: 1, maxLength: 8 }), (changes) => {
        const bytes = state.slice();
        for (const { at, value } of changes) bytes[at] = value;
        tryLoad(bytes);
      }),
      { numRuns: 500 },
    );
    // The headers of what is in flight: sender, addressee, size.
    fc.assert(
      fc.property(fc.nat(WIRE_HEADER - 1), fc.integer({ min: 0, max: 255 }), fc.nat(3), (at, value, packet) => {
        const bytes = state.slice();
        bytes[state.length - wire + packet * (WIRE_HEADER + 32) + at] = value;
        tryLoad(bytes);
      }),
      { numRuns: 300 },
    );
    const other = await open(2, {}, { more: [{ name: "other.tin", bytes: new TextEncoder().encode("another tin") }] });
    const before = machine.saveState();
    expect(() => machine.loadState(other.saveState(), 5)).toThrow(/it is of another game/);
    expect(Buffer.compare(machine.saveState(), before), "one console has not changed without the other").toBe(0);
    other.close();
    const three = await open(3);
    expect(() => three.loadState(state, 5)).toThrow(/not of 3 consoles/);
    three.close();
    machine.close();
  });
});

describe("what is in a network", () => {
  test("other games, saves and settings for each console are in the boot and in the run", async () => {
    const other = {
      name: "other.tin",
      bytes: new TextEncoder().encode("another tin"),
      save: new Uint8Array(16).fill(9),
    };
    const machine = await open(3, { tin_size: "9", "3.tin_size": "1000" }, { more: [other] });
    const plain = await open(3);
    expect(machine.boot).toMatchObject({
      core: { name: "tin" },
      settings: { consoles: "3", tin_size: "9", "3.tin_size": "1000" },
      content: { name: "game.tin" },
      more: [{ content: { name: "other.tin" } }, { content: { name: "game.tin" }, save: null }],
      ports: ["RetroPad", "RetroPad", "RetroPad"],
    });
    expect(machine.boot.more![0]!.save).toMatch(/^[0-9a-f]{64}$/);
    expect(bootHash(machine.boot)).not.toBe(bootHash(plain.boot));
    const games = [0, 1, 2].map((console) => word(machine, console, AT.game));
    expect([games[0] === games[2], games[0] === games[1]]).toEqual([true, false]);
    expect(regionOf(machine, "2.save")!.bytes[5]).toBe(9);
    const hands = new Hands();
    hands.held.splice(0, 3, A, 0, A);
    machine.step(hands);
    machine.step(hands);
    expect(logOf(machine, 1).map(({ size }) => size)).toEqual([9, 1000]);
    machine.close();
    plain.close();
  });

  test("one console is shown, or all; the run and the boot are the same", async () => {
    const machines = await Promise.all([
      open(4),
      open(4, { show: "2" }),
      open(4, { show: "all" }),
      open(3, { show: "all" }),
    ]);
    const hands = new Hands();
    hands.held.splice(0, 4, A, X, B | L2, Y);
    for (const machine of machines) for (let i = 0; i < 9; i++) machine.step(hands);
    const [first, second, all, three] = machines as [Machine, Machine, Machine, Machine];
    const size = ({ video }: Machine): number[] => [video.width, video.height, video.pixels.length];
    expect(machines.map(size)).toEqual([
      [32, 24, 3072],
      [32, 24, 3072],
      [64, 48, 12288],
      [96, 24, 9216],
    ]);
    expect([second, all].map(({ boot }) => bootHash(boot))).toEqual([bootHash(first.boot), bootHash(first.boot)]);
    for (const other of [second, all]) expect(Buffer.compare(other.saveState(), first.saveState())).toBe(0);
    for (const [row, column, machine] of [
      [0, 0, first],
      [0, 1, second],
    ] as const)
      for (let y = 0; y < 24; y++) {
        const at = (row * 24 + y) * all.video.pitch + column * 128;
        expect(
          Buffer.compare(
            all.video.pixels.subarray(at, at + 128),
            machine.video.pixels.subarray(y * 128, y * 128 + 128),
          ),
        ).toBe(0);
      }
    all.step(hands, SHOW_NOTHING);
    expect([all.video.pixels.length, three.audio.samples.length]).toEqual([0, 1600]);
    for (const machine of machines) machine.close();
  });

  test.each([
    ["tin", { consoles: "7" }, /takes 6 consoles here; use --set consoles=6/],
    ["tin", { consoles: "17" }, /there cannot be 17 consoles/],
    ["tin", { consoles: "two" }, /there cannot be two consoles/],
    ["tin", { consoles: "2", show: "3" }, /there is no console 3 to show/],
    ["tin", { consoles: "2", "3.tin_size": "9" }, /3\.tin_size is for a console from 2 to 2/],
    ["tin", { consoles: "2", "2.tin_sise": "9" }, /tin has no option tin_sise; it has tin_size/],
    ["lonely", { consoles: "2" }, /has no network of its own .*leave consoles out/],
  ])("%s with %o is a fault in one line", async (name, settings, message) => {
    const core = await findCore(path(`${name}_libretro.so`), "game.tin");
    const error = await core.open({ content: game, settings }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(Problem);
    expect((error as Problem).message).toMatch(message);
    expect((error as Problem).message).not.toContain("\n");
  });

  test("more games than consoles is a fault too", async () => {
    const more = [game, game];
    await expect(open(2, {}, { more })).rejects.toThrow(/that is game 3, and there are 2 consoles/);
  });

  test("alone, the core is told of no network, and its boot is as it always was", async () => {
    const core = await findCore(path("tin_libretro.so"), "game.tin");
    const machine = await core.open({ content: game });
    const hands = new Hands();
    hands.held[0] = A | R | Start;
    for (let i = 0; i < 5; i++) machine.step(hands);
    expect(machine.boot.settings).toEqual({ tin_size: "32" });
    expect(machine.boot.more).toBeUndefined();
    expect(machine.memory.map(({ name }) => name)).toEqual(["ram", "save"]);
    machine.close();
  });
});

describe("recordings of a network", () => {
  beforeAll(() => {
    const flags = ["--core", "tin", "--set", "consoles=3,3.tin_size=1000", "--rom2", path("other.tin")];
    const { code, err } = instep(
      "record",
      path("game.tin"),
      ...flags,
      ...["--bot", "random:4", "--frames", "900", "-o", path("tin.isr")],
    );
    expect(code, err).toBe(0);
  });

  test("play in another process as recorded, are sought in, and are force-synced", () => {
    const verified = instep("verify", path("tin.isr"), "--json");
    expect(verified.code, verified.err).toBe(0);
    expect(JSON.parse(verified.out)).toMatchObject({ holds: true, compared: 901, differing: 0, differences: {} });
    const shot = instep("shot", `${path("tin.isr")}@700`, "--set", "show=all", "-o", path("tin.png"), "--json");
    expect(JSON.parse(shot.out), shot.err).toMatchObject({ frame: 700, width: 96, height: 24, inStep: true });
    const flags = [
      "--rom",
      path("game.tin"),
      "--core",
      "tin",
      "--set",
      "consoles=3,3.tin_size=1000",
      "--target",
      "show=3",
    ];
    const planted = ["--fault", "lag@321", "--frames", "600", "--tail", "0", "--job", path("tin.job"), "--json"];
    const aligned = instep("align", path("tin.isr"), ...flags, ...planted);
    expect(JSON.parse(aligned.out), aligned.err).toEqual({ frames: 600, desyncs: [321], repairs: [321], residual: 0 });
  });
});
