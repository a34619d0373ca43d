import * as v from "valibot";
import type { Movie } from "./movie.ts";

/** Of BizHawk's Nintendo 64, in a .bk2. */
const BIZHAWK_N64 = v.object({
  o: v.object({
    Controllers: v.array(v.object({ PakType: v.number(), IsConnected: v.boolean() })),
    DisableExpansionSlot: v.exactOptional(v.boolean()),
  }),
});
/** By BizHawk's numbers; what is in a pad that these do not name is nothing that a core here has. */
const PAKS: Readonly<Record<number, string>> = { 2: "mempak", 3: "rumble" };

/** What a movie's file says of options that a core here has too, under the core's names; an .m64's are so named already. */
export function settingsOf({ syncSettings }: Movie): Readonly<Record<string, unknown>> {
  const bizhawk = v.safeParse(BIZHAWK_N64, syncSettings);
  if (!bizhawk.success) return typeof syncSettings === "object" ? { ...syncSettings } : {};
  const { Controllers: pads, DisableExpansionSlot: small } = bizhawk.output.o;
  return {
    ...Object.fromEntries(
      pads.map(({ PakType, IsConnected }, i) => [`pad${i + 1}`, IsConnected ? (PAKS[PakType] ?? "bare") : "none"]),
    ),
    ...(small !== undefined && { disable_extra_mem: small ? "1" : "0" }),
  };
}
