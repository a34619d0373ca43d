import koffi, { type TypeObject } from "koffi";
import { type Address, readU32 } from "./abi.ts";
import { SILENCE } from "./environment.ts";
import type { Library } from "./library.ts";

/** What a pinned core takes for the host's time and luck. */
export interface Moment {
  /** Seconds since 1970, UTC. */
  seconds(): number;
  frame(): number;
}

const PAGE = 4096n;
const READ_WRITE = 3;
const libc = koffi.load(null);
const protect = libc.func("int mprotect(uint64_t at, size_t size, int rights)");

const TIME = koffi.pointer(koffi.proto("int64_t", ["uint64_t"]));
const GETTIMEOFDAY = koffi.pointer(koffi.proto("int", ["uint64_t", "uint64_t"]));
const RAND = koffi.pointer(koffi.proto("int", []));
const CLOCK = koffi.pointer(koffi.proto("int64_t", []));
const SRAND = koffi.pointer(koffi.proto("void", ["uint32_t"]));
/** Cores chatter on standard output, where the program's own results go. */
const CHATTER = ["printf", "puts", "putchar", "vprintf", "__printf_chk", "__vprintf_chk"];
/** Local time is UTC for a pinned core: libc's own functions, under another name. */
const ZONELESS: Readonly<Record<string, string>> = { localtime: "gmtime", localtime_r: "gmtime_r", mktime: "timegm" };
/** Imports that would bring in the host and that are left alone, in words for people. */
const UNPINNED: Readonly<Record<string, string>> = {
  clock_gettime: "it may read the host's clock (clock_gettime)",
  getrandom: "it may draw random bytes from the host (getrandom)",
  _ZNSt6chrono3_V212system_clock3nowEv: "it may read the host's clock (std::chrono)",
  _ZNSt13random_device9_M_getvalEv: "it may draw random numbers from the host (std::random_device)",
};

/** Whether the core asks the host for the date. */
export function readsClock(library: Library): boolean {
  return ["time", "gettimeofday"].some((name) => library.imports?.slots.has(name));
}

/** What of the host reaches this core in spite of {@link pinClock}. */
export function unpinned(library: Library, clockIsForWaits: boolean): string[] {
  if (!library.imports) return ["whether it reads the host's clock is not known on this system"];
  return Object.keys(UNPINNED)
    .filter((name) => library.imports!.slots.has(name) && !(clockIsForWaits && name === "clock_gettime"))
    .map((name) => UNPINNED[name]!);
}

/**
 * Puts the console's own time in place of the host's: libretro has no call for it, so the core's imports of the C library
 * are set to functions of ours, in this private copy only. `rand` starts anew in each frame, so a loaded state draws what
 * the run that it came from drew.
 */
export function pinClock(library: Library, moment: Moment): void {
  let drawn = 0;
  let drawnIn = -1;
  const rand = (): number => {
    if (moment.frame() !== drawnIn) drawn = 0;
    drawnIn = moment.frame();
    return mix(Math.imul(drawnIn, 0x9e3779b1) + ++drawn) & 0x7fffffff;
  };
  const time = (out: Address): number => {
    if (out) koffi.encode(out, "int64_t", moment.seconds());
    return moment.seconds();
  };
  const timeOfDay = (out: Address): number => {
    if (out) koffi.encode(out, "int64_t", moment.seconds());
    if (out) koffi.encode(out, 8, "int64_t", 0);
    return 0;
  };
  // The processor's time, in microseconds: a core that waits by it for what cannot come waits so many calls.
  let asked = 0;
  let askedIn = -1;
  const clock = (): number => {
    if (moment.frame() !== askedIn) asked = 0;
    askedIn = moment.frame();
    return askedIn * 15_000 + ++asked * 1000;
  };
  const ours: [string, (...values: never[]) => unknown, TypeObject][] = [
    ["time", time, TIME],
    ["gettimeofday", timeOfDay, GETTIMEOFDAY],
    ["rand", rand, RAND],
    ["clock", clock, CLOCK],
    ["srand", () => {}, SRAND],
  ];
  for (const [name, callback, type] of ours) {
    if (library.imports?.slots.has(name)) redirect(library, name, library.register(callback, type));
  }
  for (const [name, zoneless] of Object.entries(ZONELESS)) {
    if (library.imports?.slots.has(name)) redirect(library, name, BigInt(libc.symbol(zoneless)));
  }
  for (const name of CHATTER) {
    if (library.imports?.slots.has(name)) redirect(library, name, SILENCE);
  }
}

/** Writes a function's address into the slots through which the core calls `name`. */
function redirect(library: Library, name: string, to: bigint): void {
  for (const offset of library.imports!.slots.get(name)!) {
    const slot = library.base + offset;
    // Debian's cores are linked read-only after relocation.
    const page = BigInt(slot) & ~(PAGE - 1n);
    if (protect(page, Number(PAGE), READ_WRITE) !== 0)
      throw new Error(`cannot write the import ${name}: errno ${koffi.errno()}`);
    koffi.encode(slot, "uint64_t", to);
    if (readU32(slot) !== Number(to & 0xffffffffn)) throw new Error(`the import ${name} did not take`);
  }
}

/** A good shuffle of 32 bits (the finalizer of MurmurHash3). */
function mix(x: number): number {
  x ^= x >>> 16;
  x = Math.imul(x, 0x85ebca6b);
  x ^= x >>> 13;
  x = Math.imul(x, 0xc2b2ae35);
  return x ^ (x >>> 16);
}
