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
