import * as v from "valibot";
import type { Movie } from "../movie.ts";

/** [sample, value] where a value changes; values are 0 before. */
const CHANGES = v.array(v.tuple([v.number(), v.number()]));

/** What most binary formats keep in {@link Movie.extra}: the bytes around the samples, and what pads do not carry. */
export const HEADED = {
  /** All before the first sample. */
  header: v.instance(Uint8Array<ArrayBufferLike>),
  /** All after the last one. */
  tail: v.exactOptional(v.instance(Uint8Array<ArrayBufferLike>)),
  /** By port, bits of the samples. */
  other: v.exactOptional(v.array(CHANGES)),
};

/** `other` for such an extra, or nothing where no port has any. */
export function kept(other: [number, number][][]): { other?: [number, number][][] } {
  return other.some((changes) => changes.length > 0) ? { other } : {};
}

/** What [sample, text] says of texts that change. */
export const TEXTS = v.array(v.tuple([v.number(), v.string()]));

/** What a format's own file said that this movie was read from, maybe by way of an .isr. */
export function extraOf<T extends v.GenericSchema>(schema: T, movie: Movie): v.InferOutput<T> | undefined {
  const result = v.safeParse(schema, movie.extra);
  return result.success ? result.output : undefined;
}
