// The zoo's profile. Addresses are names here, which the linker's list of labels makes numbers.

import { createHash } from "node:crypto";

/** `at(label)`: its address on the bus. `rom`: the cartridge's file. */
export function profileOf(at, rom) {
  const hex = (n, digits = 4) => `$${n.toString(16).padStart(digits, "0")}`;
  const place = (label) => ({ region: "ram", address: hex(at(label)) });
  const probe = (name, label) => ({ name, ...place(label), type: "u8" });
  /** Bytes of the cartridge from a label on: as they are, and as the patch wants them. */
  const write = (label, to) => {
    const offset = 16 + at(label) - 0xc000;
    return {
      offset: hex(offset),
      from: rom.toString("hex", offset, offset + to.length),
      to: Buffer.from(to).toString("hex"),
    };
  };
  const word = (label) => [at(label) & 255, at(label) >> 8];
  return {
    game: "The zoo",
    system: "nes",
    sha256: [createHash("sha256").update(rom).digest("hex")],
    from: 10,
    probes: [
      probe("exhibit", "exhibit"),
      probe("spawn: a", "spawn_a"),
      probe("spawn: b", "spawn_b"),
      probe("steal: a", "steal_a"),
      probe("steal: stocks a", "stocks_a"),
      probe("steal: stocks b", "stocks_b"),
      probe("dash: a", "dash_a"),
      probe("dash: facing", "dash_facing"),
      probe("dash: mode", "dash_mode"),
      probe("load: a", "load_a"),
      probe("load: stage", "load_stage"),
      probe("flock: a", "flock_a"),
      probe("flock: birds", "birds"),
      probe("dust: stage", "dust_stage"),
      probe("dust: turnip", "turnip"),
      probe("roll: a", "roll_a"),
      probe("roll: rolling", "rolling"),
      probe("roll: item", "item"),
      probe("stack: a", "stack_a"),
      probe("stack: mode", "stack_mode"),
      probe("hiccup: a", "hiccup_a"),
      probe("hiccup: b", "hiccup_b"),
    ],
    hooks: ["pri0", "pri3", "pri4", "steal", "judge"].map((name) => ({ name, address: hex(at(name)) })),
    rng: [
      {
        name: "seed",
        ...place("seed"),
        type: "u16",
        algorithm: { kind: "lcg", multiply: 261, add: 13849 },
        at: ["pri0", "pri3"],
      },
    ],
    restore: [
      { name: "pad ring", kind: "pads", ...place("ring_at"), length: 9, at: ["pri3"] },
      { name: "stage", kind: "loading", ...place("ready"), length: 17, at: ["pri4"] },
      { name: "last flock", kind: "garbage", ...place("last_flock"), length: 1, at: ["start"] },
      { name: "pad two polls ago", kind: "values", ...place("stack_ago"), length: 1, at: ["judge"] },
      { name: "places", kind: "values", ...place("hiccup_a"), length: 3, at: ["frame"] },
    ],
    events: [
      {
        name: "stock steal",
        hook: "steal",
        capture: [{ ...place("asked"), length: 1 }],
        at: "pri4",
        set: [{ ...place("asked"), captured: 0 }],
      },
    ],
    patches: [
      { name: "neutral spawns", writes: [write("neutral_spawns", [0xa2, 2])] },
      { name: "clear stage", writes: [write("clear_stage", [0x20, ...word("clean")])] },
      {
        name: "safe stack",
        writes: [write("stack_store", [0x8d, ...word("kept")]), write("stack_load", [0xad, ...word("kept")])],
      },
    ],
  };
}
