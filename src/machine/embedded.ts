import { boytacean } from "./boytacean/index.ts";
import { jsnes } from "./jsnes/index.ts";
import type { Core } from "./registry.ts";

/** The cores that come with Instep and run in Node and browsers alike. */
export const embeddedCores: readonly Core[] = [jsnes, boytacean];
