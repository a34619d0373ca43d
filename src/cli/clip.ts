import { extname } from "node:path";
import { type Command, Option } from "commander";
import { clip } from "../dump/clip.node.ts";
import { VIDEO_CODECS, type VideoCodec } from "../dump/codecs.ts";
import { IndexedReplay } from "../follow/index-instance.node.ts";
import type { IndexSpec } from "../follow/index-open.node.ts";
import type { Boot } from "../machine/boot.ts";
import { Problem } from "../problem.ts";
import { count, example } from "./options.ts";
import { Progress } from "./progress.ts";
import { indexTo, openRecording, type SeekFlags, tellParted, withSeekFlags } from "./shot.ts";

interface ClipFlags extends SeekFlags {
  from: number;
  to: number;
  output: string;
  codec?: VideoCodec;
  crf?: number;
  scale?: number;
}

const CONTAINERS = [".mp4", ".mov", ".mkv", ".avi"];
/** Players of these know little besides H.264 and AAC. */
const COMMON = [".mp4", ".mov"];

export function add(program: Command): Command {
  const command = withSeekFlags(
    program
      .command("clip")
      .argument("<file>", "a recording (.isr)")
      .description("Makes a video of some of a recording's frames, with their sound.")
      .addOption(new Option("--from <frame>", "the first frame, counted from 1").argParser(count).makeOptionMandatory())
      .addOption(new Option("--to <frame>", "the last frame").argParser(count).makeOptionMandatory())
      .requiredOption("-o, --output <file>", "the video: .mp4, .mkv, .mov, .avi")
      .addOption(
        new Option("--codec <name>", "video codec (default: libx264 in .mp4 and .mov, else ffv1, lossless)").choices(
          VIDEO_CODECS,
        ),
      )
      .addOption(new Option("--crf <n>", "quality of a lossy codec, lower is better").argParser(count))
      .addOption(new Option("--scale <n>", "enlarge by a whole number, each pixel a square").argParser(count)),
  ).action(run);
  return example(command, "instep clip game.isr --from 3000 --to 3600 -o door.mp4 --scale 3");
}

async function run(file: string, flags: ClipFlags): Promise<void> {
  const { from, to, output, codec, crf, scale } = flags;
  if (from < 1 || to < from)
    throw new Problem(`--from ${from} --to ${to}: frames are counted from 1, and --to is not before --from`);
  if (scale === 0) throw new Problem("--scale 0: a whole number from 1 on is meant");
  const container = extname(output).toLowerCase();
  if (!CONTAINERS.includes(container))
    throw new Problem(`${output}: not a container that can be written; end its name in ${CONTAINERS.join(", ")}`);
  const common = COMMON.includes(container);
  const { spec } = await openRecording(file, flags, to);
  const progress = new Progress();
  try {
    const { boot } = await indexed(spec, from, progress);
    const video = {
      ...(common && { codec: "libx264" as const }),
      ...(codec && { codec }),
      ...(crf !== undefined && { crf }),
      ...(scale !== undefined && { scale }),
    };
    const made = await clip({ ...spec, from, to, out: output, video, audioCodec: common ? "aac" : "flac" }, (frame) =>
      progress.at("clip", Math.max(0, frame - from + 1), to - from + 1),
    );
    progress.stop();
    if (flags.json) console.log(JSON.stringify({ file: output, from, to, ...made }));
    else console.log(`${output}: ${made.frames} frames of ${made.width}x${made.height}`);
    if (made.parted !== undefined) tellParted(made.parted, boot.core.name);
  } finally {
    progress.stop();
  }
}

/** Sees to it that the clip's first frame is near. */
async function indexed(spec: IndexSpec, frame: number, progress: Progress): Promise<{ boot: Boot }> {
  const seeker = await IndexedReplay.open(spec);
  try {
    await indexTo(seeker, frame, progress);
    return { boot: seeker.boot };
  } finally {
    await seeker.close();
  }
}
