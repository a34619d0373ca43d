import type { Readings } from "../watch/readings.ts";
import { type Candidate, many } from "./causes.ts";
import type { Replay } from "./replay.ts";
import { cutSign, otherCore, type Played, pollSign, shiftSign } from "./signs.ts";

/** The playback, or the game in it, ran other frames than were recorded. */
export function lagCause(replay: Replay, played: Played, readings: Readings | undefined): Candidate | undefined {
  const { profile } = replay;
  const { first, notes, differences } = played;
  if (!profile) return undefined;
  const evidence: string[] = [];
  const signs: { frame: number; when: number; what: string; unsure?: boolean }[] = [];
  const found = readings && first && shiftSign(profile, replay.readings, readings, first.frame);
  const shift = found?.frames;
  if (shift && first) {
    const off = `${many(Math.abs(shift), "frame")} ${shift > 0 ? "later" : "earlier"}`;
    evidence.push(`from frame ${first.frame} on it reads as the recording does ${off}`);
    const what = `lag: ${many(Math.abs(shift), "frame")} too ${shift > 0 ? "many" : "few"} run before frame ${first.frame}`;
    signs.push({ frame: first.frame, when: first.frame - 0.9, what, unsure: !found!.sure });
  }
  let cutting: (typeof signs)[number] | undefined;
  const cut = readings && cutSign(replay, readings, played);
  if (first && cut) {
    const { frame } = first;
    if (cut.busy)
      evidence.push(`frame ${frame} ends in the middle of the game's work, which takes longer than a frame there`);
    if (cut.passes) evidence.push("some frames later it reads as recorded again");
    cutting = {
      frame,
      when: frame - 0.8,
      what: `lag: the two cores end frame ${frame} at different instructions`,
    };
    signs.push(cutting);
  }
  const polls =
    readings && pollSign(replay.readings, readings, otherCore(differences) ? Math.max(1, profile.from) : 1, played);
  // After the first difference, other polls are its effect.
  const early = (frame: number): boolean => shift === undefined || frame <= first!.frame;
  if (polls && early(polls.frame)) {
    const { frame, expected, actual, frames } = polls;
    evidence.push(
      `frame ${frame} polled the pads ${many(expected, "time")} when recorded, ${actual} here; so it is in ${many(frames, "frame")}`,
    );
    const what =
      actual === 0 || expected === 0
        ? `frame ${frame} is ${actual ? "no" : "a"} lag frame here`
        : `frame ${frame} polls otherwise`;
    signs.push({ frame, when: frame - 0.6, what: `lag: ${what}` });
  }
  const miscount = notes?.miscounts.find(({ frame }) => frame > profile.from);
  if (miscount && early(miscount.frame)) {
    const { frame, moment, expected, actual } = miscount;
    evidence.push(`"${moment}" came ${many(expected, "time")} in frame ${frame} when recorded, ${actual} here`);
    signs.push({
      frame,
      when: frame - 0.4,
      what: `lag: "${moment}" comes ${actual < expected ? "less" : "more"} often in frame ${frame}`,
    });
  }
  const [earliest] = signs.toSorted((a, b) => a.when - b.when);
  if (!earliest) return undefined;
  const advice = cut?.passes
    ? "nothing need be: the game goes on as recorded; of its RNG, restore it at hooks only, not in the middle of its work"
    : otherCore(differences)
      ? "cores need not agree on lag: play it on the core it was recorded on; see docs/cross-core.md"
      : "play it with the boot it was recorded with; --repair state goes on from the recording's own states";
  const likely = cut?.passes
    ? "certain"
    : signs.every((sign) => sign === cutting || sign.unsure)
      ? "possible"
      : "likely";
  const { frame, when, what } = cut?.passes ? cutting! : earliest;
  return { frame, when, what, class: "lag", likely, evidence, advice };
}
