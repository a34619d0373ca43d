import { Problem } from "../../problem.ts";
import { type Boot, sha256Hex } from "../boot.ts";
import { cartridgesOf } from "../cartridges.ts";
import type { Cartridge, Machine, OpenOptions } from "../machine.ts";
import type { Core } from "../registry.ts";
import { resolveSettings } from "../settings.ts";
import { LinkMachine } from "./machine.node.ts";
import { FAULT, loadShim } from "./shim.node.ts";

const GBA = ["gba", "agb", "mb"];
const GB = ["gb", "gbc", "cgb", "dmg"];
const CONSOLES_MAX = { gb: 2, gba: 4 } as const;
const NOTHING = new Uint8Array(0);

/** Consoles joined by a cable, in one machine. */
export const link: Core = {
  name: "link",
  version: "0.10.1",
  systems: ["gb", "gbc", "gba"],
  extensions: [...GB, ...GBA],
  abilities: {
    states: true,
    regions: ["1.wram", "1.iwram", "1.hram", "1.vram", "1.palette", "1.oam", "1.save", "2.wram"],
    hooks: false,
    skipsVideo: true,
    browser: false,
    polling: "frame",
  },
  options: [
    {
      key: "consoles",
      label: "how many are on the cable; two Game Boys, two to four GBAs",
      values: ["2", "1", "3", "4"],
      default: "2",
    },
    {
      key: "show",
      label: "whose picture and sound; the run is the same",
      values: ["1", "2", "3", "4", "all"],
      default: "1",
    },
    {
      key: "cable",
      label: "gba: MULTI, and NORMAL one way; gbc: NORMAL both ways between two GBAs",
      values: ["gba", "gbc"],
      default: "gba",
    },
    { key: "model", label: "the Game Boy; auto: as the game wants", values: ["auto", "dmg", "cgb"], default: "auto" },
    {
      key: "host_clock",
      label: "what a cartridge's clock shows at the start (UTC); it runs with the frames",
      values: ["unix:INTEGER"],
      default: "unix:946684800",
    },
  ],
  async open(options: OpenOptions): Promise<Machine> {
    const settings = resolveSettings("link", this.options, options.settings);
    const cartridges = cartridgesOf(options, Number(settings.consoles));
    const system = systemOf(cartridges);
    checkSettings(options.content.name, system, settings);
    const shim = await loadShim();
    const count = cartridges.length;
    const seen = settings.show === "all" ? (1 << count) - 1 : 1 << (Number(settings.show) - 1);
    const handle = shim.open(
      system === "gba" ? 1 : 0,
      count,
      settings.cable === "gbc" ? 1 : 0,
      ["auto", "dmg", "cgb"].indexOf(settings.model!),
      Number(settings.host_clock!.slice("unix:".length)),
      seen,
      seen,
    );
    if (handle === 0) throw new Problem(`${options.content.name}: libmgba could not make ${count} consoles`);
    try {
      for (const [i, { name, bytes, save = NOTHING }] of cartridges.entries()) {
        const fault = shim.insert(handle, i, bytes, bytes.length, save, save.length);
        if (fault) throw refusal(fault, name, system, shim.version, save.length);
      }
      shim.start(handle);
      const build = { version: `mGBA ${shim.version}`, build: shim.build };
      return new LinkMachine(shim, handle, count, describe(system, cartridges, settings, build));
    } catch (error) {
      shim.close(handle);
      throw error;
    }
  },
};

function systemOf(cartridges: readonly Cartridge[]): "gb" | "gba" {
  const systems = cartridges.map(({ name }) => {
    const extension = name.slice(name.lastIndexOf(".") + 1).toLowerCase();
    if (GB.includes(extension)) return "gb";
    if (GBA.includes(extension)) return "gba";
    throw new Problem(`${name}: only ${[...GB, ...GBA].map((e) => `.${e}`).join(", ")} files can be linked`);
  });
  const other = systems.findIndex((system) => system !== systems[0]);
  if (other > 0)
    throw new Problem(
      `${cartridges[other]!.name}: a Game Boy and a GBA have no cable for each other; link games of one kind`,
    );
  return systems[0]!;
}

function checkSettings(name: string, system: "gb" | "gba", settings: Readonly<Record<string, string>>): void {
  const count = Number(settings.consoles);
  const most = CONSOLES_MAX[system];
  if (count > most) {
    const kind = system === "gb" ? "Game Boys" : "GBAs";
    throw new Problem(`${name}: a cable joins at most ${most} ${kind}; use --set consoles=${most}`);
  }
  if (settings.show !== "all" && Number(settings.show) > count)
    throw new Problem(`${name}: there is no console ${settings.show} to show; use --set show=1 to ${count}, or all`);
  if (settings.cable === "gbc" && (system !== "gba" || count !== 2))
    throw new Problem(`${name}: the setting cable=gbc is for two GBAs; leave it out`);
  if (settings.model !== "auto" && system === "gba")
    throw new Problem(`${name}: the setting model is for Game Boys; leave it out`);
}

function refusal(fault: number, name: string, system: string, version: string, save: number): Problem {
  switch (fault) {
    case FAULT.noRom:
      return new Problem(`${name}: this is no ${system === "gba" ? "GBA" : "Game Boy"} game`);
    case FAULT.otherLibrary:
      return new Problem(`libmgba ${version} is not what the core link was built with; run: ./instep setup --native`);
    case FAULT.noSave:
      return new Problem(`${name}: this game keeps no save, so none can be put in`);
    default:
      return new Problem(`${name}: the save has ${save} bytes, and this game keeps fewer`);
  }
}

function describe(
  system: "gb" | "gba",
  cartridges: readonly Cartridge[],
  settings: Readonly<Record<string, string>>,
  build: { version: string; build: string },
): Boot {
  const [first, ...others] = cartridges.map(({ name, bytes, save }) => ({
    content: { name, size: bytes.length, sha256: sha256Hex(bytes) },
    save: save ? sha256Hex(save) : null,
  }));
  // Who is looked at is no part of the run: players who each see their own console have equal boots.
  const { show: _view, ...rest } = settings;
  return {
    core: { name: "link", ...build },
    system,
    ...first!,
    more: others,
    settings: rest,
    ramFill: "core",
    rtc: `${settings.host_clock}, runs with the frames`,
    firmware: { bios: "built-in" },
    ports: cartridges.map(() => "pad"),
    unpinned: [],
  };
}
