import type { Cpu, Nes } from "./internals.ts";

/** CPU cycles of a frame: 262 lines of 341 dots, three dots a cycle. */
const FRAME_CYCLES = Math.floor((262 * 341) / 3);

/**
 * A CPU of twice the speed: at the start of vertical blanking, one more frame's worth of instructions runs while picture
 * and sound stand still. Returns what is to be called at the start of each frame. Between frames nothing is left of it
 * but the CPU's cycle counter, so states stay complete.
 */
export function overclock(nes: Nes, run: () => void): () => void {
  const { cpu, ppu, papu } = nes;
  // The CPU drives picture and sound through these two fields; registers go through the mapper to the real parts.
  const still: Cpu["ppu"] = {
    dotTarget: 0,
    // The CPU sets this to 0 when it touches a register: no event comes in this time all the same.
    get nextEventDot() {
      return Number.POSITIVE_INFINITY;
    },
    set nextEventDot(_) {},
    get nmiOutput() {
      return ppu.nmiOutput;
    },
    catchUp() {},
  };
  const silent: Cpu["papu"] = { nextEventCycle: Number.POSITIVE_INFINITY, catchUp() {} };
  return () => {
    ppu.catchUp();
    const end = cpu.cycles + FRAME_CYCLES;
    cpu.ppu = still;
    cpu.papu = silent;
    try {
      let before = cpu.cycles;
      while (cpu.cycles < end) {
        run();
        // The sound unit's clock is moved along, by even numbers: it works on every second cycle.
        const passed = (cpu.cycles - before) & ~1;
        before += passed;
        papu.lastCycle += passed;
        papu.nextEventCycle += passed;
      }
    } finally {
      cpu.ppu = ppu;
      cpu.papu = papu;
      still.dotTarget = 0;
      // A register may have brought the next event nearer.
      ppu.nextEventDot = 0;
    }
  };
}
