import { zlibSync } from "fflate";
import type { SlpDiff } from "../movie/slp/diff.ts";
import type { Slp } from "../movie/slp/reader.ts";
import { type SlpScene, type SlpSide, slpScene } from "./slp-scene.ts";

/** What the page's script plays. */
export interface SlpViewData extends SlpScene {
  /** One recording, or two: the second one's bits are those in which it differs from the first. */
  readonly sides: readonly PackedSide[];
}

/** The values of an {@link SlpSide}, packed; items by how many each row has. */
interface PackedSide {
  readonly tracks: string;
  readonly itemCounts: string;
  readonly items: string;
  readonly itemRows: number;
  readonly platforms: string;
}

/** Packs one recording, or two of one match, for the page. */
export function slpViewData(a: Slp, b: Slp | undefined, diff: SlpDiff | undefined): SlpViewData {
  const { scene, sides } = slpScene(a, b, diff);
  const before = new Uint32Array(sides[0]!.tracks.buffer);
  return {
    ...scene,
    sides: sides.map(({ tracks, itemStarts, items, itemRows, platforms }, side): PackedSide => {
      const bits = new Uint32Array(tracks.slice().buffer);
      if (side > 0) for (let i = 0; i < bits.length; i++) bits[i]! ^= before[i]!;
      return {
        tracks: packed(new Float32Array(bits.buffer)),
        itemCounts: packed(Float32Array.from({ length: scene.rows }, (_, i) => itemStarts[i + 1]! - itemStarts[i]!)),
        items: packed(items),
        itemRows,
        platforms: packed(platforms),
      };
    }),
  };
}

/** Base64 of a zlib stream of the floats by byte planes. */
function packed(floats: Float32Array): string {
  const bytes = new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength);
  const planes = new Uint8Array(bytes.length);
  const count = floats.length;
  for (let i = 0; i < count; i++) for (let b = 0; b < 4; b++) planes[b * count + i] = bytes[i * 4 + b]!;
  return Buffer.from(zlibSync(planes, { level: 6 })).toString("base64");
}
