import { hexToBytes } from "@noble/hashes/utils.js";
import { Problem } from "../problem.ts";
import { hex, type Profile } from "./profile.ts";

/**
 * The content with those of the profile's patches applied that are on. `name` is the content's file, for messages.
 * Throws a Problem where the bytes to be replaced are others, and for a patch that the profile does not have.
 */
export function applyPatches(
  name: string,
  content: Uint8Array,
  profile: Profile,
  on: Readonly<Record<string, boolean>>,
): Uint8Array {
  const wanted = Object.keys(on).filter((patch) => on[patch]);
  if (wanted.length === 0) return content;
  const bytes = content.slice();
  for (const wish of wanted) {
    const patch = profile.patches.find((p) => p.name === wish);
    if (!patch) throw new Problem(`${name}: the profile has no patch "${wish}"; it has ${namesOf(profile)}`);
    for (const { offset, from, to } of patch.writes) {
      const before = hexToBytes(from);
      if (before.some((byte, i) => content[offset + i] !== byte))
        throw new Problem(
          `${name}: patch "${wish}" is of another game: the bytes at ${hex(offset)} of the file are not ${from}; give the game it was made for`,
        );
      bytes.set(hexToBytes(to), offset);
    }
  }
  return bytes;
}

const namesOf = (profile: Profile): string => profile.patches.map((p) => `"${p.name}"`).join(", ") || "none";
