import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Child } from "../machine/instance/child.ts";
import type { Clipped, ClipSpec, ClipVerbs } from "./clip-main.node.ts";

export type { Clipped } from "./clip-main.node.ts";

/** Makes a video of a recording's frames `from` to `to`, both included, with their sound, in a process of its own. */
export async function clip(
  spec: Omit<ClipSpec, "folder">,
  progress: (frame: number) => void = () => {},
): Promise<Clipped> {
  const folder = mkdtempSync(join(tmpdir(), "instep-clip-"));
  const child = new Child<ClipVerbs>(new URL("./clip-main.node.ts", import.meta.url), "the clipping instance", {
    onProgress: (frame) => progress(frame as number),
  });
  try {
    return await child.call("clip", { ...spec, folder });
  } finally {
    await child.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}
