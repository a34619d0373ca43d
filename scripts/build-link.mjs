// Compiles native/link against Debian's libmgba: node scripts/build-link.mjs
import { fileURLToPath } from "node:url";
import { buildNow, buildShim, shimPath } from "./build-shim.mjs";

/** Debian's packages that it takes. */
export const LINK_PACKAGES = ["gcc", "libc6-dev", "libmgba-dev"];
const LIBRARIES = ["-lmgba", "-ldl"];

export const linkShim = () => shimPath("link");
export const buildLink = () => buildShim("link", LIBRARIES);

if (process.argv[1] === fileURLToPath(import.meta.url)) buildNow("link", LIBRARIES);
