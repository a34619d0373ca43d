import { bytesToHex } from "@noble/hashes/utils.js";
import { describeDivergence, type Readings } from "../watch/readings.ts";
import { drawsAhead } from "./draws.ts";
import type { Cause } from "./explain.ts";
import type { Replay } from "./replay.ts";
import type { Parting } from "./restorer.ts";
import { type EntrySign, eventSign, otherCore, type Played, whenOf } from "./signs.ts";

/**
 * A cause, and when its first sign came, in frames: what is found before a step is of the frame before it, what a hook
 * finds lies between two frames.
 */
export interface Candidate extends Cause {
  readonly when: number;
}

export const many = (n: number, one: string): string => `${n} ${one}${n === 1 ? "" : "s"}`;

/** What it means that an entry of the profile was found other than recorded. */
export function entryCause({ parting, entry }: EntrySign, { first, differences }: Played): Candidate {
  const when = whenOf(parting);
  const { frame, moment, restored } = parting;
  // What was put back can matter only in the step in which it was found.
  const spent = restored && first !== undefined && !(entry.kind === "rng" && Math.abs(when - first.frame) <= 1);
  const common = {
    frame,
    when,
    likely: spent ? ("possible" as const) : ("likely" as const),
    evidence: [told(parting), ...(restored ? ["it was put back there"] : [])],
  };
  const cure = (does: string): string => (restored ? "nothing to do: it was put back" : does);
  const powerOn = when <= 0;
  switch (entry.kind) {
    case "rng":
      if (powerOn)
        return {
          ...common,
          class: "garbage memory",
          what: `garbage memory: "${entry.name}" is not set up yet at ${at(parting)}, and holds what RAM held at power-on`,
          advice: 'say in the profile from which frame on the game is set up ("from")',
        };
      return { ...common, ...drawsOff(parting, entry.rng, otherCore(differences)), class: "rng" };
    case "garbage":
      return {
        ...common,
        class: "garbage memory",
        what: `garbage memory: "${entry.name}" holds what RAM held ${powerOn ? "at power-on" : "before"}`,
        advice: cure("--repair values puts it back; a patch that clears it would cure the game"),
      };
    case "pads":
      return {
        ...common,
        class: "pads",
        what: `pads: the game's own history of raw pads, "${entry.name}", differs before "${moment}"`,
        advice: cure("--repair values puts it back"),
      };
    case "loading":
      return {
        ...common,
        class: "loading time",
        what: `loading time: "${entry.name}" was ${when < (first?.frame ?? 0) ? "" : "found "}ready at another time`,
        advice: cure(
          "--repair values puts the flag back; what is not loaded by then needs a patch that loads it earlier",
        ),
      };
    case "values":
      return {
        ...common,
        likely: "possible",
        class: "unknown",
        what: `"${entry.name}" differs at ${at(parting)}`,
        advice: cure("--repair values puts it back, frame by frame; name in the profile what it is made from"),
      };
  }
}

const at = ({ moment, frame, n }: Parting): string =>
  `"${moment}"${n > 0 ? ` (the ${n + 1}. time)` : ""}, frame ${frame}`;

const told = (parting: Parting): string =>
  `"${parting.entry}" at ${at(parting)}: recorded ${short(parting.expected)}, here ${short(parting.actual)}`;

/** Bytes as text, the first sixteen of them. */
const short = (bytes: Uint8Array): string =>
  bytesToHex(bytes.subarray(0, 16)).replace(/..(?=.)/g, "$& ") + (bytes.length > 16 ? " ..." : "");

function drawsOff(
  parting: Parting,
  spec: EntrySign["entry"]["rng"],
  elsewhere: boolean,
): Pick<Candidate, "what" | "advice" | "draws"> {
  const { entry: rng, moment, frame, restored } = parting;
  const difference = drawsAhead(spec, parting.expected, parting.actual);
  const again = "what still differs was drawn before it: restore it at an earlier moment, or at a hook in between";
  const advice = restored ? again : "--repair rng puts it back at each of its moments";
  if (!difference && spec?.algorithm && elsewhere && moment === "frame")
    return {
      what: `rng: "${rng}" was in the middle of a draw where a frame ends, or seeded otherwise, before frame ${frame}`,
      advice: "restore it at a hook, where the game is at rest: another core ends frames at other instructions",
    };
  if (!difference)
    return {
      what: spec?.algorithm
        ? `rng: "${rng}" was seeded or written otherwise before "${moment}"`
        : `rng: "${rng}" differs before "${moment}"; with its algorithm in the profile its draws are counted`,
      advice,
    };
  const few = difference < 0 ? "few" : "many";
  return {
    what: `rng: ${many(Math.abs(difference), "draw")} of "${rng}" too ${few} before "${moment}"`,
    draws: { rng, moment, frame, difference },
    advice,
  };
}

/** Something happened in the game that its inputs do not carry. */
export function eventCause(replay: Replay, played: Played, readings: Readings | undefined): Candidate | undefined {
  const sign = eventSign(replay, played, readings);
  if (!sign) return undefined;
  const { name, frame, recorded } = sign;
  return {
    class: "event",
    what: `event: "${name}" ${recorded ? "was recorded, and did not happen here" : "happened here, and was not recorded"}`,
    likely: "likely",
    frame: frame + 1,
    when: frame + 0.5,
    evidence: [`"${name}" in the step from frame ${frame} to ${frame + 1}: ${recorded ? "recorded" : "only here"}`],
    advice: recorded
      ? "--repair values sets it off again where it was recorded"
      : "nothing sets it off here but the game itself: see what else differs",
  };
}

/** A state was loaded, and what came of it was not what had been recorded. */
export function stateCause({ keyframes }: Replay, { repairs, first }: Played): Candidate | undefined {
  const bad = repairs.find((frame) => keyframes.some((k) => k.frame === frame && k.verified === false));
  const soon = repairs.filter((frame, i) => (repairs[i + 1] ?? Number.POSITIVE_INFINITY) - frame <= 2);
  const load = first && repairs.findLast((frame) => frame < first.frame);
  const evidence = [
    ...(bad === undefined ? [] : [`the state of frame ${bad} was found bad when it was loaded cold`]),
    ...(soon.length > 2 && soon.length * 2 > repairs.length
      ? [`${soon.length} of ${repairs.length} loads parted again within two frames`]
      : []),
    ...(load === undefined ? [] : [`the state of frame ${load} was loaded, and all was in step before it`]),
  ];
  const frame = bad ?? load ?? soon[0];
  if (evidence.length === 0 || frame === undefined) return undefined;
  return {
    class: "bad state",
    what: "bad state: this core's states do not carry all that a run depends on",
    likely: bad === undefined && load === undefined ? "possible" : "likely",
    frame,
    // It takes the place of the frame itself.
    when: frame - 0.95,
    evidence,
    advice: "go there by playing from the boot, or from a state that was verified cold (docs/seeking.md)",
  };
}

/** In what the boot differs: the memory's fill, the core, all else. */
export function bootCauses({ differences }: Played): Candidate[] {
  const paths = Object.keys(differences).filter((path) => path !== "content.name");
  const told = (path: string): string =>
    `${path} was ${brief(differences[path]![0])}, is ${brief(differences[path]![1])}`;
  const cause = (kind: Cause["class"], of: string[], rest: Pick<Candidate, "what" | "advice"> & Partial<Candidate>) =>
    of.length > 0
      ? [{ class: kind, likely: "possible" as const, frame: 0, when: 0, evidence: of.map(told), ...rest }]
      : [];
  const fill = paths.filter((path) => path === "ramFill");
  const core = paths.filter((path) => path.startsWith("core."));
  const content = paths.filter((path) => path.startsWith("content."));
  // Each core has settings of its own, and names of its own for ports.
  const boot = paths.filter(
    (path) =>
      ![...fill, ...core, ...content].includes(path) && !(otherCore(differences) && /^(settings\.|ports$)/.test(path)),
  );
  return [
    ...cause("boot", content, {
      what: "boot: the game is another: another file, or other patches",
      likely: "certain",
      advice: "give the game that it was recorded with (--rom), and the profile with the patches of then",
    }),
    ...cause("garbage memory", fill, {
      what: "garbage memory: RAM holds something else at power-on",
      advice:
        "play with the recorded fill, or name what the game reads of it in the profile (restore, kind garbage, at start)",
    }),
    ...cause("core", core, {
      what: "core: it is played on another core, or another version of it",
      advice: "play it on the core it was recorded on; what cores agree on is in docs/cross-core.md",
    }),
    ...cause("boot", boot, {
      what: "boot: it is played with other settings",
      advice: "leave out --set: a recording is played with its own settings",
    }),
  ];
}

const brief = (value: unknown): string => {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 24 ? `${text.slice(0, 21)}...` : text;
};

/** The readings differ, and nothing that the recording holds says why. */
export function unknownCause({ profile }: Replay, { first }: Played): Candidate {
  const { frame, probes } = first!;
  const watched = (profile?.rng.length ?? 0) + (profile?.restore.length ?? 0);
  const evidence = [`frame ${frame}: ${describeDivergence(first!)}`];
  if (probes.length === 0) evidence.push("no probe differs there, only the fingerprint of memory");
  const advice =
    probes.length === 0
      ? "look at what differs there; mask in the profile what no player could see"
      : "name in the profile what these values are made from";
  return {
    class: "unknown",
    what: `unknown: ${probes.length ? many(probes.length, "probe") : "the fingerprint"} differs, and nothing before it`,
    likely: "possible",
    frame,
    when: frame,
    evidence,
    advice: watched
      ? advice
      : `${advice}; a recording whose profile names the game's RNG can say more (docs/profiles.md)`,
  };
}
