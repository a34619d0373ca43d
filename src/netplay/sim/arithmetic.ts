import type { Boot } from "../../machine/boot.ts";
import type { InputSource } from "../../machine/input.ts";
import type { Machine, MemoryRegion } from "../../machine/machine.ts";

const SIZE = 256;
const SILENCE = { samples: new Int16Array(0) };
const NOTHING = { width: 0, height: 0, pitch: 0, aspect: 0, pixels: new Uint8Array(0) };

/** The boot of an {@link ArithmeticMachine}. */
export function arithmeticBoot(players: number, settings: Readonly<Record<string, string>> = {}): Boot {
  return {
    core: { name: "arithmetic", version: "1", build: "1" },
    system: "unknown",
    content: { name: "sum", size: 0, sha256: "00" },
    settings,
    ramFill: "00",
    save: null,
    rtc: null,
    firmware: {},
    ports: Array.from({ length: players }, () => "pad"),
    unpinned: [],
  };
}

/** The least that is a machine: memory in which each frame's inputs are mixed. For simulations of thousands of sessions. */
export class ArithmeticMachine implements Machine {
  readonly boot: Boot;
  frame = 0;
  readonly timing = { fps: { num: 60, den: 1 }, sampleRate: { num: 48000, den: 1 } };
  readonly polls = 1;
  readonly polling = "exact";
  readonly stateSize = SIZE;
  readonly video = NOTHING;
  readonly audio = SILENCE;
  readonly memory: readonly MemoryRegion[];
  readonly ram = new Uint8Array(SIZE);
  /** Mixed into every frame: another option that nobody was told of. */
  readonly #secret: number;

  constructor(boot: Boot, secret = 0) {
    this.boot = boot;
    this.#secret = secret;
    this.memory = [{ name: "ram", base: 0, size: SIZE, bytes: this.ram, endian: "little" }];
  }

  step(input: InputSource): void {
    const { ram } = this;
    input.beginFrame?.(this.frame);
    for (let port = 0; port < this.boot.ports.length; port++) {
      const { buttons } = input.poll(port);
      const at = (port * 17 + ram[255]!) % 240;
      ram[at] = ram[at]! + buttons + 1;
      ram[at + 1] = ram[at + 1]! ^ (buttons >> 8) ^ ram[at]!;
    }
    ram[255] = ram[255]! + 7 + this.#secret;
    this.frame++;
  }

  reset(): void {
    this.ram.fill(0);
  }

  saveState(into?: Uint8Array): Uint8Array {
    if (!into) return this.ram.slice();
    into.set(this.ram);
    return into.subarray(0, SIZE);
  }

  loadState(state: Uint8Array, frame: number): void {
    this.ram.set(state.subarray(0, SIZE));
    this.frame = frame;
  }

  close(): void {}
}
