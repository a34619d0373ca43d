import { type FileHandle, open } from "node:fs/promises";
import { setPriority } from "node:os";
import { serve } from "../machine/instance/child.ts";
import { Problem } from "../problem.ts";
import { stateOf } from "../replay/keyframes.ts";
import { Player } from "../replay/player.ts";
import { ReplayReader } from "../replay/reader.ts";
import type { StoredKeyframe } from "../replay/replay.ts";
import { firstDivergence } from "../watch/readings.ts";
import { type MachineSpec, openMachine } from "./open-run.node.ts";

/** A recording whose keyframes are to be verified while it grows; plain data. */
export interface VerifySpec extends Omit<MachineSpec, "profile"> {
  readonly file: string;
}

export interface Verdict {
  readonly frame: number;
  readonly ok: boolean;
}

/** Frames that a state must run on as recorded: a second. */
const PROOF = 60;
const PIECE = 1 << 20;

let spec: VerifySpec;
let file: FileHandle;
let reader: ReplayReader;
let at = 0;

const verbs = {
  async open(asked: VerifySpec): Promise<void> {
    spec = asked;
    setPriority(10); // the recording goes first
    file = await open(spec.file, "r");
    reader = new ReplayReader(spec.file);
  },
  /** The verdict on the next keyframe, or nothing when none is old enough. */
  async next(): Promise<Verdict | undefined> {
    await readOn();
    const { replay } = reader;
    const keyframe = replay?.keyframes.find((k) => k.verified === undefined && k.frame + PROOF <= replay.frames);
    if (!keyframe) return undefined;
    progress(keyframe.frame);
    keyframe.verified = await holds(keyframe);
    return { frame: keyframe.frame, ok: keyframe.verified };
  },
};
export type VerifyVerbs = typeof verbs;
const progress = serve(verbs);

async function readOn(): Promise<void> {
  for (;;) {
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafeSlow(PIECE), 0, PIECE, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    reader.push(buffer.subarray(0, bytesRead));
  }
}

/** Whether the state, loaded into a machine that was just opened, runs on as recorded. */
async function holds(keyframe: StoredKeyframe): Promise<boolean> {
  const replay = reader.replay!;
  const { movie, readings, recording, frames } = replay;
  const profile = replay.profile!;
  const { frame, sample } = keyframe;
  const named = { name: spec.file, profile };
  const { machine } = await openMachine({ ...spec, profile: named, patches: recording.patches }, movie.start);
  try {
    // Nothing is put back: that would hide what the state lacks.
    const player = new Player(machine, replay, { repair: "none" });
    const before = movie.by === "poll" && frame > 0 ? readings.pollsBefore(frame - 1) : undefined;
    player.load(stateOf(keyframe), frame, sample, before);
    const rows = player.play(Math.min(PROOF, frames - frame));
    return firstDivergence(profile, readings.slice(rows.first, rows.count), rows) === undefined;
  } catch (error) {
    if (error instanceof RangeError || error instanceof Problem) return false;
    throw error;
  } finally {
    machine.close();
  }
}
