import { copyFileSync, existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { EXIT, Problem } from "../../problem.ts";
import { sha256Hex } from "../boot.ts";
import type { KnownCore } from "./known.ts";
import { extensionOf } from "./systems.ts";

/** Where a user's firmware may lie: RetroArch's folder, or the one that the environment names. */
function firmwareFolders(): string[] {
  const named = process.env.LIBRETRO_SYSTEM_DIRECTORY;
  return [...(named ? [named] : []), join(homedir(), ".config/retroarch/system")];
}

/**
 * Puts the firmware that a core cannot do without into its system folder and gives its hashes. Firmware that a core has a
 * replacement for stays out: a run must not depend on what else lies on a disk.
 */
export function installFirmware(core: KnownCore | undefined, game: string, into: string): Record<string, string> {
  const hashes: Record<string, string> = {};
  for (const { files, extensions } of core?.firmware ?? []) {
    if (extensions && !extensions.includes(extensionOf(game))) continue;
    const folders = firmwareFolders();
    for (const file of files) {
      const found = folders.map((folder) => join(folder, file)).find((path) => existsSync(path));
      if (!found) continue;
      copyFileSync(found, join(into, file));
      hashes[file] = sha256Hex(readFileSync(found));
    }
    if (!files.some((file) => file in hashes)) {
      throw new Problem(
        `${game}: ${core!.name} needs the console's own firmware, ${files.join(" or ")}, and it is in none of ${folders.join(", ")}; put your copy there`,
        EXIT.missing,
      );
    }
  }
  return hashes;
}
