import { existsSync, readFileSync, rmSync } from "node:fs";
import { basename } from "node:path";
import { EXIT, missing, Problem } from "../../problem.ts";
import { type Boot, sha256Hex } from "../boot.ts";
import type { Machine, OpenOptions } from "../machine.ts";
import type { Core } from "../registry.ts";
import { type Installed, installed, pluginPath } from "./installed.ts";
import { Mupen64PlusMachine } from "./machine.ts";
import { KEPT_SIZES } from "./memory.ts";
import { coreOptions, OPTIONS, padsOf, splitSettings } from "./settings.ts";
import { Copies, FAULT, type Shim } from "./shim.ts";

/** Sections of the core's configuration that are no plugin's own. */
const GENERAL = ["Core", "CoreEvents", "Video-General"];
const ROM_MIN = 4096;
const ROM_MAX = 64 << 20;

/** Nintendo 64, with the graphics plugins of the system. */
export const mupen64plus: Core = {
  name: "mupen64plus",
  version: "2.5.9",
  systems: ["n64"],
  extensions: ["z64", "n64", "v64"],
  abilities: {
    states: true,
    regions: ["rdram", "rsp", "eeprom", "mempak", "sram", "flash"],
    hooks: false,
    skipsVideo: true,
    browser: false,
    polling: "exact",
  },
  options: OPTIONS,
  async open(options: OpenOptions): Promise<Machine> {
    const { own, plugin } = splitSettings(options.settings);
    const files = await installed();
    const video = videoPath(own.video!);
    checkRom(options.content);
    const copies = new Copies(files.shim);
    try {
      return start(copies, options, files, video, own, plugin);
    } catch (error) {
      copies.close();
      throw error;
    }
  },
};

function start(
  copies: Copies,
  { content, save }: OpenOptions,
  files: Installed,
  video: string | undefined,
  own: Record<string, string>,
  plugin: Record<string, string>,
): Machine {
  const { shim, folder } = copies;
  const must = (fault: number, what: string): void => {
    if (fault) throw refusal(shim, fault, `${content.name}: ${what}`);
  };
  const [width, height] = own.resolution!.split("x").map(Number) as [number, number];
  shim.patience(Mupen64PlusMachine.patience);
  const core = copies.copy(files.core);
  const clock = Number(own.host_clock!.slice("unix:".length));
  must(shim.open(core, folder, files.data, content.bytes, content.bytes.length, clock), "Mupen64Plus does not open it");
  for (const [name, value] of Object.entries(coreOptions(own, folder))) shim.set("Core", name, value);
  const before = lines(shim.sections());
  const loaded = shim.video(video ? copies.copy(video) : "", width, height);
  if (video !== undefined && video === own.video && loaded) throw wrongPlugin(shim, loaded, video);
  must(loaded, `the video plugin ${own.video} does not load`);
  const general = { ScreenWidth: String(width), ScreenHeight: String(height), Fullscreen: "0", VerticalSync: "0" };
  for (const [name, value] of Object.entries(general)) shim.set("Video-General", name, value);
  const sections = lines(shim.sections()).filter((name) => !GENERAL.includes(name) && !before.includes(name));
  const pluginOptions = setPluginOptions(shim, own.video!, sections, plugin);
  for (const [i, { present, pak }] of padsOf(own).entries()) shim.pad(i, present, pak);
  const kept = save ? partsOf(content.name, save) : [];
  for (const { which, bytes } of kept) shim.keep(which, bytes);
  must(shim.start(copies.copy(files.rsp)), "Mupen64Plus does not start it");
  for (const path of [files.core, files.rsp, ...(video ? [video] : [])]) rmSync(`${folder}/${basename(path)}`);
  const boot: Boot = {
    core: { name: "mupen64plus", version: mupen64plus.version, build: buildOf(files) },
    system: "n64",
    content: { name: content.name, size: content.bytes.length, sha256: sha256Hex(content.bytes) },
    settings: { ...own, ...pluginOptions },
    ramFill: "00",
    save: save ? sha256Hex(save) : null,
    rtc: `${own.host_clock}, runs with the frames`,
    firmware: video ? { [basename(video)]: hashOf(video) } : {},
    ports: [1, 2, 3, 4].map((pad) => own[`pad${pad}`]!),
    unpinned: [],
  };
  return new Mupen64PlusMachine(copies, boot, width, height);
}

function videoPath(video: string): string | undefined {
  if (video === "none") return undefined;
  if (!video.endsWith(".so")) return pluginPath(`video-${video}`);
  if (!existsSync(video)) throw new Problem(`${video}: there is no such plugin; give the path of its file`);
  return video;
}

function checkRom({ name, bytes }: OpenOptions["content"]): void {
  if (bytes.length < ROM_MIN || bytes.length > ROM_MAX)
    throw new Problem(`${name}: a Nintendo 64 game has ${ROM_MIN} bytes to 64 MiB, not ${bytes.length}`);
  const first = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  if (![0x80371240, 0x37804012, 0x40123780].includes(first))
    throw new Problem(
      `${name}: this is no Nintendo 64 game: its first bytes are not those of a .z64, .v64 or .n64 file`,
    );
}

/**
 * Sets what was asked for; gives every option of the plugin with its value, as "rice.ShowFPS": a recording that is played
 * with another plugin has no use for them, so those of other plugins are left out here.
 */
function setPluginOptions(
  shim: Shim,
  video: string,
  sections: readonly string[],
  wanted: Readonly<Record<string, string>>,
): Record<string, string> {
  const places = new Map<string, readonly [section: string, name: string]>();
  for (const section of sections) {
    for (const line of lines(shim.options(section))) {
      const name = line.split("\t")[0]!;
      if (name !== "Version") places.set(`${section.replace(/^Video-/, "").toLowerCase()}.${name}`, [section, name]);
    }
  }
  // What the user names by itself goes over what a recording names with its plugin.
  const inFull = (key: string): boolean => /^\w+\./.test(key);
  const ordered = Object.entries(wanted).sort(([x], [y]) => Number(inFull(y)) - Number(inFull(x)));
  for (const [key, value] of ordered) {
    const [section, name] = places.get(key) ?? [...places.values()].find((place) => place[1] === key) ?? [];
    if (section === undefined || name === undefined) {
      if (inFull(key)) continue;
      const known = [...OPTIONS.map((option) => option.key), ...[...places.values()].map((place) => place[1])];
      throw new Problem(`mupen64plus with video=${video} has no option ${key}; it has: ${known.join(", ")}`);
    }
    if (shim.set(section, name, value) !== 0)
      throw new Problem(`mupen64plus: ${key} cannot be "${value}"; it is like ${shim.get(section, name)}`);
  }
  return Object.fromEntries([...places].map(([key, [section, name]]) => [key, shim.get(section, name) ?? ""]));
}

/** A save as the memories that it is of, by its size: an EEPROM, SRAM, flash, or all of a .srm file. */
function partsOf(name: string, save: Uint8Array): { which: number; bytes: Uint8Array }[] {
  const [eeprom, mempaks, sram, flash] = KEPT_SIZES;
  const part = (which: number, bytes: Uint8Array): { which: number; bytes: Uint8Array } => {
    const whole = new Uint8Array(KEPT_SIZES[which]!);
    whole.set(bytes);
    return { which, bytes: whole };
  };
  if (save.length === eeprom || save.length === 512) return [part(0, save)];
  if (save.length === sram) return [part(2, save)];
  if (save.length === flash) return [part(3, save)];
  if (save.length === eeprom + mempaks + sram + flash) {
    let at = 0;
    return KEPT_SIZES.map((size, which) => {
      at += size;
      return part(which, save.subarray(at - size, at));
    });
  }
  throw new Problem(
    `${name}: a save of ${save.length} bytes is of no Nintendo 64 game; an EEPROM has 512 or 2048, SRAM 32768, flash 131072, a .srm file 296960`,
  );
}

function refusal(shim: Shim, fault: number, what: string): Problem {
  const said = shim.said().trim();
  const words = said ? ` ("${said}")` : "";
  if (fault === FAULT.load) return missing(`${what}${words}: a library that it needs`, "./instep setup --native");
  if (fault === FAULT.hook || fault === FAULT.symbol || fault === FAULT.unknown)
    return new Problem(`${what}: only builds of Mupen64Plus like Debian 12's 2.5.9 are known${words}`, EXIT.missing);
  const why = fault === FAULT.hang ? ": it hangs" : fault === FAULT.ended ? ": it gives up" : "";
  return new Problem(`${what}${why}${words}`);
}

/** Why a file that the user named does not serve. */
function wrongPlugin(shim: Shim, fault: number, path: string): Problem {
  if (fault === FAULT.load)
    return new Problem(
      `${path}: does not load (${shim.said().trim()}); give a library of this system, with all that it needs`,
    );
  return new Problem(`${path}: is no graphics plugin of Mupen64Plus; give one of its API 2`);
}

const hashes = new Map<string, string>();
function hashOf(path: string): string {
  const hash = hashes.get(path) ?? sha256Hex(readFileSync(path));
  hashes.set(path, hash);
  return hash;
}

/** Of all that computes: core, RSP and shim. */
function buildOf({ core, rsp, shim }: Installed): string {
  return sha256Hex(new TextEncoder().encode([core, rsp, shim].map(hashOf).join()));
}

const lines = (text: string): string[] => text.split("\n").filter(Boolean);
