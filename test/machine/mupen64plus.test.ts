import { isInstalled } from "../../src/machine/mupen64plus/installed.ts";
import { contract } from "./contract.ts";
import { open, SKERRY } from "./mupen64plus-open.ts";

if (process.env.CI && !(await isInstalled())) throw new Error("the core mupen64plus is not installed");
if (await isInstalled()) {
  const settings = { video: "rice" };
  contract("mupen64plus", () => open(SKERRY, settings), {
    child: { core: "mupen64plus", rom: SKERRY, settings },
    // The last word of memory is nobody's.
    writable: { region: "rdram", offset: 0x7ffff0 },
    before: 120,
    after: 150,
    audioTolerance: 0.02,
    unsettled: 3,
    // The console gives a game half a second to get ready.
    reset: 90,
    opens: 4,
  });
}
