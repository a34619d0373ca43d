import createXxhash from "xxhash-wasm";
import { type Boot, sha256Hex } from "../boot.ts";
import type { Machine, OpenOptions } from "../machine.ts";
import type { Core } from "../registry.ts";
import { resolveSettings } from "../settings.ts";
import { BoytaceanMachine } from "./machine.ts";
import { checkRom, hasClock, wantsColor } from "./rom.ts";
import { loadWasm } from "./wasm.ts";

const VERSION = "0.13.2";

/** Game Boy and Game Boy Color in wasm: runs in Node and browsers, any number of consoles in one process. No link cable. */
export const boytacean: Core = {
  name: "boytacean",
  version: VERSION,
  systems: ["gb", "gbc"],
  extensions: ["gb", "gbc"],
  abilities: {
    states: true,
    regions: ["ram", "vram", "save", "oam", "hram"],
    hooks: true,
    skipsVideo: true,
    browser: true,
    polling: "frame",
  },
  options: [
    {
      key: "model",
      label: "the console; auto: what the cartridge is made for",
      values: ["auto", "dmg", "cgb"],
      default: "auto",
    },
    { key: "ram", label: "what memories hold at power-on", values: ["00", "ff", "random:INTEGER"], default: "00" },
  ],
  async open(options: OpenOptions): Promise<Machine> {
    const settings = resolveSettings("boytacean", this.options, options.settings);
    const { name, bytes } = options.content;
    checkRom(name, bytes);
    if (settings.model === "auto") settings.model = wantsColor(bytes) ? "cgb" : "dmg";
    const color = settings.model === "cgb";
    const boot: Boot = {
      core: { name: "boytacean", version: VERSION, build: `npm:boytacean@${VERSION}` },
      system: color ? "gbc" : "gb",
      content: { name, size: bytes.length, sha256: sha256Hex(bytes) },
      settings,
      ramFill: settings.ram!,
      save: options.save ? sha256Hex(options.save) : null,
      rtc: hasClock(bytes) ? "absent: this core has the cartridge without its clock" : null,
      firmware: color ? { "cgb_boot.bin": "built-in" } : { "dmg_boot.bin": "built-in" },
      ports: ["pad"],
      unpinned: [],
    };
    const [wasm, xxhash] = await Promise.all([loadWasm(), createXxhash()]);
    return new BoytaceanMachine(options, boot, wasm, xxhash);
  },
};
