import * as v from "valibot";

/** An address as debuggers show it: a number, or text such as "0x0301" or "$0301". */
export const Address = v.pipe(
  v.union([
    v.number(),
    v.pipe(v.string(), v.regex(/^(0x|\$)[0-9a-f]+$/i, 'an address is a number or text such as "0x0301"')),
  ]),
  v.transform((a) => (typeof a === "number" ? a : Number.parseInt(a.replace(/^(0x|\$)/i, ""), 16))),
  v.integer(),
  v.minValue(0),
);

/** Bytes of a region, by their address on the system's bus. */
export const Span = v.strictObject({
  region: v.string(),
  address: Address,
  length: v.pipe(Address, v.minValue(1), v.maxValue(4096)),
});
export type Span = v.InferOutput<typeof Span>;

/** A number of up to 64 bits: exact as a number up to 2^53, as text such as "0x5851f42d4c957f2d" beyond. */
export const Word = v.union([
  v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER)),
  v.pipe(
    v.string(),
    v.regex(/^(0x|\$)[0-9a-f]{1,16}$/i, 'a constant is a number or text such as "0x41c64e6d"'),
    v.transform((text) => `0x${text.replace(/^(0x|\$)/i, "").toLowerCase()}`),
  ),
]);
