import { Problem } from "../../problem.ts";
import { type Boot, sha256Hex } from "../boot.ts";
import type { Machine, OpenOptions } from "../machine.ts";
import type { Core } from "../registry.ts";
import { resolveSettings } from "../settings.ts";
import { JsnesMachine } from "./machine.ts";
import { checkRom } from "./rom.ts";

const VERSION = "3.0.0";

/** The NES in plain JavaScript, cycle by cycle: runs in Node and browsers, any number of consoles in one process. */
export const jsnes: Core = {
  name: "jsnes",
  version: VERSION,
  systems: ["nes"],
  extensions: ["nes"],
  abilities: {
    states: true,
    regions: ["ram", "save", "prgram", "vram", "oam", "palette", "chrram"],
    hooks: true,
    skipsVideo: false,
    browser: true,
    polling: "exact",
  },
  options: [
    {
      key: "ram",
      label: "what memories hold at power-on; jsnes: work RAM FF (four bytes differ), the others 00",
      values: ["jsnes", "00", "ff", "random:INTEGER"],
      default: "jsnes",
    },
    {
      key: "sample_rate",
      label: "sound samples a second; the game runs the same",
      values: ["48000", "44100"],
      default: "48000",
    },
    { key: "overclock", label: "the CPU's speed; 2x is another run than 1x", values: ["1x", "2x"], default: "1x" },
  ],
  async open(options: OpenOptions): Promise<Machine> {
    const settings = resolveSettings("jsnes", this.options, options.settings);
    const { name, bytes } = options.content;
    checkRom(name, bytes);
    const save = options.save;
    if (save && save.length !== 0x2000) {
      throw new Problem(`${name}: its save RAM has ${save.length} bytes; an NES cartridge's has 8192`);
    }
    const boot: Boot = {
      core: { name: "jsnes", version: VERSION, build: `npm:jsnes@${VERSION}` },
      system: "nes",
      content: { name, size: bytes.length, sha256: sha256Hex(bytes) },
      settings,
      ramFill: settings.ram!,
      save: save ? sha256Hex(save) : null,
      rtc: null,
      firmware: {},
      ports: ["pad", "pad"],
      unpinned: [],
    };
    return new JsnesMachine(options, boot);
  },
};
