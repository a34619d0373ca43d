import { basename, extname } from "node:path";
import * as v from "valibot";
import { VIDEO_CODECS } from "../../dump/codecs.ts";
import { Refusal } from "./fault.node.ts";
import type { Folders } from "./folders.node.ts";
import type { Plan, Step } from "./jobs.node.ts";
import type { Library } from "./library.node.ts";
import { freeName } from "./recordings.node.ts";

const id = v.pipe(v.string(), v.maxLength(2000));
const count = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(999_999_999));
const setting = v.pipe(v.string(), v.regex(/^[^,\0]{1,200}$/));
const settings = v.optional(v.record(v.pipe(v.string(), v.regex(/^[^,=\0-][^,=\0]{0,200}$/)), setting), {});
const video = {
  codec: v.exactOptional(v.picklist(VIDEO_CODECS)),
  crf: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(63))),
  scale: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(16))),
};

/** What a page may ask for: nothing of it becomes a command but what is named here. */
const ASKED = v.variant("kind", [
  v.strictObject({ kind: v.literal("verify"), files: v.pipe(v.array(id), v.minLength(1), v.maxLength(5000)) }),
  v.strictObject({
    kind: v.literal("clip"),
    file: id,
    from: count,
    to: count,
    name: v.exactOptional(v.string()),
    ...video,
  }),
  v.strictObject({ kind: v.literal("explain"), a: id, b: id, frames: v.exactOptional(count) }),
  v.strictObject({
    kind: v.literal("sync"),
    movie: id,
    rom: id,
    core: v.exactOptional(v.pipe(v.string(), v.regex(/^[\w-]{1,40}$/))),
    native: settings,
    target: settings,
    /** What is watched: canaries that are found, all of system RAM, or a profile. */
    watch: v.variant("kind", [
      v.strictObject({ kind: v.literal("find") }),
      v.strictObject({ kind: v.literal("memory") }),
      v.strictObject({ kind: v.literal("profile"), file: id }),
    ]),
    frames: v.exactOptional(count),
    tail: v.exactOptional(count),
    lossless: v.optional(v.boolean(), false),
    anyRom: v.optional(v.boolean(), false),
    align: v.optional(v.boolean(), false),
    ...video,
  }),
]);
type Asked = v.InferOutput<typeof ASKED>;

/** The commands of what is asked for. Throws a Refusal for what is no such thing, or names files that are not there. */
export async function planOf(asked: unknown, folders: Folders, library: Library): Promise<Plan> {
  const result = v.safeParse(ASKED, asked);
  if (!result.success) {
    const [issue] = result.issues;
    throw new Refusal(400, `${v.getDotPath(issue) ?? "the job"}: ${issue.message}`);
  }
  const job = result.output;
  if (job.kind === "verify") return verify(job, folders, library);
  if (job.kind === "clip") return clip(job, folders, library);
  if (job.kind === "explain") return explain(job, folders, library);
  return sync(job, folders, library);
}

type Of<K extends Asked["kind"]> = Extract<Asked, { kind: K }>;

async function verify({ files }: Of<"verify">, folders: Folders, library: Library): Promise<Plan> {
  const steps: Step[] = [];
  for (const about of files) {
    const path = await folders.find(about);
    // One without its game fails as a step, not as a whole.
    const rom = await library.romOf(about).catch(() => undefined);
    steps.push({
      name: `Verifying ${basename(path)}`,
      args: ["verify", path, ...(rom ? ["--rom", rom.path] : []), "--json"],
      about,
    });
  }
  const [only] = files;
  const title = files.length === 1 ? `Verify ${nameOf(only!)}` : `Verify ${files.length} recordings`;
  return { kind: "verify", title, steps, outputs: [], goesOn: true };
}

async function clip(job: Of<"clip">, folders: Folders, library: Library): Promise<Plan> {
  const path = await folders.find(job.file);
  const rom = await library.romOf(job.file);
  const wanted = job.name ?? `${stem(path)} ${job.from}-${job.to}`;
  const out = await freeName(folders, "videos", wanted, ".mp4");
  const range = ["--from", `${job.from}`, "--to", `${job.to}`];
  const args = ["clip", path, "--rom", rom.path, ...range, ...videoArgs(job), "-o", await folders.make(out), "--json"];
  const title = `Clip of ${stem(path)}, frames ${job.from} to ${job.to}`;
  return { kind: "clip", title, steps: [{ name: "Making the video", args }], outputs: [out] };
}

async function explain(job: Of<"explain">, folders: Folders, library: Library): Promise<Plan> {
  const [a, b] = [await folders.find(job.a), await folders.find(job.b)];
  const rom = await library.romOf(job.a);
  const frames = job.frames === undefined ? [] : ["--frames", `${job.frames}`];
  const args = ["explain", a, b, "--rom", rom.path, ...frames];
  const title = `Why ${stem(b)} parts from ${stem(a)}`;
  return {
    kind: "explain",
    title,
    steps: [{ name: "Playing both with one thing changed at a time", args }],
    outputs: [],
    // That they part is its answer, and an exit code of 1.
    goesOn: true,
  };
}

async function sync(job: Of<"sync">, folders: Folders, library: Library): Promise<Plan> {
  const movie = await folders.find(job.movie);
  const rom = await folders.find(job.rom);
  await library.card(job.movie);
  const out = await freeName(folders, "videos", `${stem(movie)} synced`, job.lossless ? ".mkv" : ".mp4");
  const path = await folders.make(out);
  const folder = `${path}.job`;
  const common = [
    ...(job.core ? ["--core", job.core] : []),
    ...settingsArgs("--native", job.native),
    ...settingsArgs("--target", job.target),
    ...(job.frames !== undefined ? ["--frames", `${job.frames}`] : []),
  ];
  const { watch } = job;
  const found = `${folder}.json`;
  const profile = watch.kind === "profile" ? await folders.find(watch.file) : watch.kind === "find" ? found : undefined;
  const canaries: Step = {
    name: "Looking for canaries",
    args: ["find", "canaries", rom, "--movie", movie, ...common, "-o", found, "--json"],
  };
  const args = [
    ...["sync", movie, "--rom", rom, ...common],
    ...(profile ? ["--profile", profile] : []),
    ...(job.tail !== undefined ? ["--tail", `${job.tail}`] : []),
    ...(job.anyRom ? ["--any-rom"] : []),
    ...(job.align ? ["--align"] : []),
    ...(job.lossless ? [] : ["--codec", job.codec ?? "libx264", "--crf", `${job.crf ?? 16}`]),
    ...(job.scale !== undefined ? ["--scale", `${job.scale}`] : []),
    ...["--job", folder, "-o", path, "--json"],
  ];
  return {
    kind: "sync",
    title: `${basename(movie)} on ${basename(rom)}`,
    steps: [...(watch.kind === "find" ? [canaries] : []), { name: "Keeping the movie in step", args }],
    outputs: [out, out.replace(/\.\w+$/, ".report.html")],
    folder,
  };
}

const settingsArgs = (flag: string, given: Readonly<Record<string, string>>): string[] =>
  Object.entries(given).flatMap(([key, value]) => [flag, `${key}=${value}`]);

function videoArgs({ codec, crf, scale }: Pick<Of<"clip">, "codec" | "crf" | "scale">): string[] {
  return [
    ...(codec !== undefined ? ["--codec", codec] : []),
    ...(crf !== undefined ? ["--crf", `${crf}`] : []),
    ...(scale !== undefined ? ["--scale", `${scale}`] : []),
  ];
}

const stem = (path: string): string => basename(path, extname(path));
const nameOf = (file: string): string => file.split("/").at(-1)!;
