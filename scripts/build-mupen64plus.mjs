// Compiles native/mupen64plus, which drives Debian's Mupen64Plus: node scripts/build-mupen64plus.mjs
import { fileURLToPath } from "node:url";
import { buildNow, buildShim, shimPath } from "./build-shim.mjs";

/** Debian's packages that it takes. */
export const MUPEN64PLUS_PACKAGES = [
  "gcc",
  "libc6-dev",
  "libmupen64plus2",
  "libmupen64plus-dev",
  "mupen64plus-data",
  "mupen64plus-rsp-hle",
  "mupen64plus-video-rice",
  "mupen64plus-video-glide64mk2",
  "libegl-dev",
  "libgl-dev",
  "libgl1-mesa-dri",
];
const LIBRARIES = ["-lEGL", "-ldl", "-lpthread"];

export const mupen64plusShim = () => shimPath("mupen64plus");
export const buildMupen64plus = () => buildShim("mupen64plus", LIBRARIES);

if (process.argv[1] === fileURLToPath(import.meta.url)) buildNow("mupen64plus", LIBRARIES);
