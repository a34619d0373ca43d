import * as v from "valibot";
import type { MemoryRegion } from "../machine/machine.ts";
import { Problem } from "../problem.ts";
import { Address } from "./address.ts";
import { RESTORES } from "./restores.ts";

/**
 * How near two readings must be to count as equal. "exact": equal numbers; step: at most that far apart; decimals: the
 * same when both are rounded to so many decimals, as a log of printed numbers would compare them.
 */
const Precision = v.union([
  v.literal("exact"),
  v.strictObject({ step: v.pipe(v.number(), v.minValue(0)) }),
  v.strictObject({ decimals: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(15)) }),
]);

/** A named, typed value that is read from memory each frame. */
const Probe = v.strictObject({
  name: v.pipe(v.string(), v.nonEmpty()),
  region: v.string(),
  /** On the system's bus: what the region's base is subtracted from. */
  address: Address,
  type: v.picklist(["u8", "s8", "u16", "s16", "u32", "s32", "f32", "f64"]),
  endian: v.optional(v.picklist(["little", "big"])),
  /** The value is the number in memory times this: 1/256 for 8.8 fixed point. */
  scale: v.optional(v.number(), 1),
  precision: v.optional(Precision, "exact"),
});

const Range = v.strictObject({ region: v.string(), from: v.optional(Address), length: v.optional(Address) });

const Fingerprint = v.strictObject({
  /** What is hashed; a name alone is the whole region. */
  regions: v.pipe(
    v.array(
      v.union([
        v.pipe(
          v.string(),
          v.transform((region) => ({ region }) as v.InferOutput<typeof Range>),
        ),
        Range,
      ]),
    ),
    v.minLength(1),
  ),
  /** What is left out of it: bytes that differ between equal runs. */
  mask: v.optional(v.array(Range), []),
});

export const ProfileSchema = v.strictObject({
  $schema: v.optional(v.string()),
  game: v.string(),
  system: v.optional(v.string()),
  /** SHA-256 of the content that the addresses are of; any content when it is absent. */
  sha256: v.optional(v.array(v.string()), []),
  /** The first frame that is compared: before it the game has not yet set up its memory, so that readings mean nothing. */
  from: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), 0),
  probes: v.optional(v.array(Probe), []),
  fingerprint: v.optional(v.nullable(Fingerprint), null),
  ...RESTORES,
});

/** What to watch of a game. docs/profiles.md describes the file. */
export type Profile = v.InferOutput<typeof ProfileSchema>;
export type Probe = v.InferOutput<typeof Probe>;
export type Range = v.InferOutput<typeof Range>;

/** Bytes of an RNG of that type. */
export const RNG_BYTES = { u8: 1, u16: 2, u32: 4, u64: 8 } as const;
export const BYTES = { u8: 1, s8: 1, u16: 2, s16: 2, u32: 4, s32: 4, f32: 4, f64: 8 } as const;

/** Reads a profile file's text. `name` is for messages. */
export function parseProfile(name: string, text: string): Profile {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new Problem(`${name}: not JSON: ${(error as Error).message}`);
  }
  const profile = checkedProfile(name, json);
  if (profile.game === "") throw new Problem(`${name}: game: the game's name is missing`);
  return profile;
}

/** A profile that is plain data already, as recordings hold it. `name` is for messages. */
export function checkedProfile(name: string, json: unknown): Profile {
  const result = v.safeParse(ProfileSchema, json);
  if (!result.success) {
    const issue = result.issues[0];
    throw new Problem(`${name}: ${v.getDotPath(issue) ?? "profile"}: ${issue.message}`);
  }
  const { probes, fingerprint } = result.output;
  if (probes.length === 0 && !fingerprint) throw new Problem(`${name}: watches nothing; name probes, or a fingerprint`);
  const twice = probes.find((probe, i, all) => all.findIndex((p) => p.name === probe.name) !== i);
  if (twice) throw new Problem(`${name}: two probes are named "${twice.name}"; give each a name of its own`);
  const wrong = unknownMoment(result.output);
  if (wrong) throw new Problem(`${name}: ${wrong}`);
  return result.output;
}

/** A moment that is neither "start", "frame" nor a hook's name, or a capture that is not there, in words. */
function unknownMoment({ hooks, rng, restore, events }: Profile): string | undefined {
  const known = ["start", "frame", ...hooks.map((hook) => hook.name)];
  const asked = [
    ...[...rng, ...restore].flatMap(({ name, at }) => at.map((moment) => ({ name, moment }))),
    ...events.flatMap(({ name, hook, at }) => [
      { name, moment: hook },
      { name, moment: at },
    ]),
  ];
  const unknown = asked.find(({ moment }) => !known.includes(moment));
  if (unknown) return `"${unknown.name}" is at "${unknown.moment}", which is no hook; name it under hooks`;
  const event = events.find((e) => e.set.some((set) => "captured" in set && !e.capture[set.captured]));
  return event && `event "${event.name}" sets a capture that it does not have`;
}

/** System RAM, by the names that machines give it, in order of preference; a GBA's is in two places. */
const SYSTEM_RAM = [["ram"], ["main"], ["iwram", "ewram", "wram"]];

/** Without a profile: the fingerprint of all of system RAM, so that a repair is exact. */
export function defaultProfile(memory: readonly MemoryRegion[]): Profile {
  // Linked consoles have their number before the name: "2.wram".
  const names = SYSTEM_RAM.map((wanted) =>
    wanted.flatMap((name) => memory.map((r) => r.name).filter((full) => full.replace(/^\d+\./, "") === name)),
  );
  const found = names.find((some) => some.length > 0) ?? memory.slice(0, 1).map((r) => r.name);
  if (found.length === 0)
    throw new Problem("this core shows no memory at all, so nothing can be watched; choose another core");
  return {
    game: "",
    sha256: [],
    from: 0,
    probes: [],
    fingerprint: { regions: found.map((region) => ({ region })), mask: [] },
    hooks: [],
    rng: [],
    restore: [],
    events: [],
    patches: [],
  };
}

/** Throws a Problem when the machine has no such region or address. `name` is the profile's file. */
export function checkProfile(name: string, profile: Profile, memory: readonly MemoryRegion[]): void {
  const check = (what: string, regionName: string, address: number, length: number): void => {
    const region = memory.find((r) => r.name === regionName);
    if (!region) {
      throw new Problem(
        `${name}: ${what}: no region "${regionName}"; this core has ${memory.map((r) => r.name).join(", ") || "none"}`,
      );
    }
    if (address < region.base || address + length > region.base + region.size) {
      const last = region.base + region.size - 1;
      throw new Problem(
        `${name}: ${what}: ${hex(address)} is outside "${regionName}" (${hex(region.base)} to ${hex(last)})`,
      );
    }
  };
  for (const probe of profile.probes) check(`probe "${probe.name}"`, probe.region, probe.address, BYTES[probe.type]);
  for (const { name: what, region, address, length } of placesOf(profile)) check(what, region, address, length);
  const ranges = [...(profile.fingerprint?.regions ?? []), ...(profile.fingerprint?.mask ?? [])];
  for (const range of ranges) {
    const region = memory.find((r) => r.name === range.region);
    const from = range.from ?? region?.base ?? 0;
    check("fingerprint", range.region, from, range.length ?? (region ? region.base + region.size - from : 0));
  }
}

/** Every place that the profile restores, with what messages call it. */
function placesOf({ rng, restore, events }: Profile) {
  return [
    ...rng.map((r) => ({ ...r, name: `rng "${r.name}"`, length: RNG_BYTES[r.type] })),
    ...restore.map((r) => ({ ...r, name: `restore "${r.name}"` })),
    ...events.flatMap((event) => [
      ...event.capture.map((span) => ({ ...span, name: `event "${event.name}"` })),
      ...event.set.map((set) => ({
        ...set,
        name: `event "${event.name}"`,
        length: "bytes" in set ? set.bytes.length / 2 : event.capture[set.captured]!.length,
      })),
    ]),
  ];
}

export const hex = (n: number): string => `0x${n.toString(16).padStart(4, "0")}`;
