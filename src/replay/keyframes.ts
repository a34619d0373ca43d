import { applyPatch } from "../history/pages.ts";
import type { StoredKeyframe } from "./replay.ts";

/** Keyframes between one and the whole state that it is made from; writers need six. */
export const DEEPEST = 32;
/** States that stay decoded: near keyframes share their bases. */
const KEPT = 8;
const decoded = new Map<StoredKeyframe, Uint8Array>();

/** Keyframes that `keyframe` is made from, the nearest first. */
export function basesOf(keyframe: StoredKeyframe): StoredKeyframe[] {
  const bases: StoredKeyframe[] = [];
  for (let base = keyframe.base; base; base = base.base) bases.push(base);
  return bases;
}

/**
 * The state that a keyframe holds, which may not be changed. Throws a RangeError where its bytes make none. Compare its
 * size with the machine's before: the file may say any.
 */
export function stateOf(keyframe: StoredKeyframe): Uint8Array {
  let state: Uint8Array | undefined;
  for (const node of [keyframe, ...basesOf(keyframe)].reverse()) {
    const known = decoded.get(node);
    decoded.delete(node);
    state = known ?? applyPatch(state, node.patch, node.size);
    decoded.set(node, state);
    for (const oldest of decoded.keys()) if (decoded.size > KEPT) decoded.delete(oldest);
  }
  return state!;
}
