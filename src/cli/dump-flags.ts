import type { Command } from "commander";
import { InvalidArgumentError, Option } from "commander";
import { VIDEO_CODECS, type VideoCodec } from "../dump/codecs.ts";
import type { DumpOptions } from "../dump/dump.node.ts";
import { count } from "./options.ts";

export interface DumpFlags {
  output: string;
  offset: number | "auto";
  maxOffset: number;
  codec?: VideoCodec;
  crf?: number;
  scale?: number;
  size?: { width: number; height: number };
}

export function withDumpFlags(command: Command): Command {
  return command
    .requiredOption("-o, --output <file>", "the video: .mkv, .mp4, .mov")
    .addOption(
      new Option("--offset <n>", "frames past a seam, or auto: decided for each from its pictures")
        .argParser(offset)
        .default("auto"),
    )
    .addOption(new Option("--max-offset <n>", "the longest that auto may choose").argParser(count).default(30))
    .addOption(new Option("--codec <name>", "video codec (default: ffv1, lossless)").choices(VIDEO_CODECS))
    .addOption(new Option("--crf <n>", "quality of a lossy codec, lower is better").argParser(count))
    .addOption(new Option("--scale <n>", "enlarge by a whole number, each pixel a square").argParser(count))
    .addOption(
      new Option("--size <wxh>", "size of the video (default: the largest picture of the first 300 frames)").argParser(
        size,
      ),
    );
}

export function dumpOptions(flags: DumpFlags): DumpOptions {
  return {
    out: flags.output,
    offset: flags.offset,
    maxOffset: flags.maxOffset,
    video: {
      ...(flags.codec && { codec: flags.codec }),
      ...(flags.crf !== undefined && { crf: flags.crf }),
      ...(flags.scale !== undefined && { scale: flags.scale }),
      ...flags.size,
    },
  };
}

function offset(text: string): number | "auto" {
  if (text === "auto") return text;
  if (!/^\d{1,3}$/.test(text)) throw new InvalidArgumentError("A number of frames, or auto, is meant.");
  return Number(text);
}

function size(text: string): { width: number; height: number } {
  const match = /^(\d{1,5})x(\d{1,5})$/.exec(text);
  if (!match) throw new InvalidArgumentError("WIDTHxHEIGHT is meant, such as 3840x2160.");
  return { width: Number(match[1]), height: Number(match[2]) };
}
