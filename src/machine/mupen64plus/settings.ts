import { Problem } from "../../problem.ts";
import type { CoreOption } from "../registry.ts";
import { resolveSettings } from "../settings.ts";

const MODES = ["interpreter", "cached", "dynarec"];
const PAKS = ["none", "bare", "mempak", "rumble"];
const SIZE_MAX = 8192;

/** Those that the machine has with every plugin. A plugin's own come under the names that it has for them. */
export const OPTIONS: readonly CoreOption[] = [
  {
    key: "video",
    label: "graphics plugin; none: nothing is drawn, which is fast",
    values: ["glide64mk2", "rice", "none", "PATH.so"],
    default: "glide64mk2",
  },
  {
    key: "resolution",
    label: `size of the picture, up to ${SIZE_MAX}x${SIZE_MAX}`,
    values: ["WIDTHxHEIGHT"],
    default: "320x240",
  },
  { key: "cpu", label: "how the processor is emulated (R4300Emulator)", values: MODES, default: "dynarec" },
  {
    key: "count_per_op",
    label: "ticks for each instruction (CountPerOp); 0: as the game's entry in the database says",
    values: ["0", "1", "2", "3", "4"],
    default: "0",
  },
  {
    key: "count_per_op_denom_pot",
    label: "shares those ticks between 2^n instructions (CountPerOpDenomPot)",
    values: Array.from({ length: 12 }, (_, i) => String(i)),
    default: "0",
  },
  {
    key: "si_dma_duration",
    label: "ticks that reading the pads takes (SiDmaDuration); -1: as the game's entry says",
    values: ["-1", "ticks:INTEGER"],
    default: "-1",
  },
  {
    key: "disable_extra_mem",
    label: "1: no Expansion Pak, 4 MiB of memory (DisableExtraMem)",
    values: ["0", "1"],
    default: "0",
  },
  {
    key: "randomize_interrupt",
    label: "1: interrupts come a little earlier or later, at random (RandomizeInterrupt)",
    values: ["0", "1"],
    default: "0",
  },
  ...[1, 2, 3, 4].map((pad) => ({
    key: `pad${pad}`,
    label: `what is in port ${pad}: a pad without a pak, with one, or nothing`,
    values: PAKS,
    default: pad === 1 ? "bare" : "none",
  })),
  {
    key: "host_clock",
    label: "what a cartridge's clock shows at the start (UTC); it runs with the frames",
    values: ["unix:INTEGER"],
    default: "unix:946684800",
  },
];

/** The settings that {@link OPTIONS} name, checked, and the rest, which the plugin has to know. */
export function splitSettings(given: Readonly<Record<string, string>> = {}): {
  own: Record<string, string>;
  plugin: Record<string, string>;
} {
  const isOwn = (key: string): boolean => OPTIONS.some((option) => option.key === key);
  const plugin = Object.fromEntries(Object.entries(given).filter(([key]) => !isOwn(key)));
  const own = Object.fromEntries(Object.entries(given).filter(([key]) => isOwn(key)));
  const { video, resolution, ...closed } = own;
  const size = /^([1-9]\d{1,3})x([1-9]\d{1,3})$/.exec(resolution ?? "320x240");
  if (!size || Number(size[1]) > SIZE_MAX || Number(size[2]) > SIZE_MAX)
    throw new Problem(`mupen64plus: resolution cannot be "${resolution}"; it is like 320x240, at most ${SIZE_MAX}`);
  const open = { ...(video && !video.endsWith(".so") && { video }) };
  const settings = resolveSettings("mupen64plus", OPTIONS, {
    ...closed,
    ...open,
    resolution: "WIDTHxHEIGHT",
  });
  return { own: { ...settings, ...(video && { video }), resolution: resolution ?? "320x240" }, plugin };
}

/** What of the core's own options follows from the settings. */
export function coreOptions(own: Readonly<Record<string, string>>, folder: string): Record<string, string> {
  return {
    R4300Emulator: String(MODES.indexOf(own.cpu!)),
    CountPerOp: own.count_per_op!,
    CountPerOpDenomPot: own.count_per_op_denom_pot!,
    SiDmaDuration: own.si_dma_duration!.replace("ticks:", ""),
    DisableExtraMem: own.disable_extra_mem!,
    RandomizeInterrupt: own.randomize_interrupt!,
    OnScreenDisplay: "0",
    AutoStateSlotIncrement: "0",
    GbCameraVideoCaptureBackend1: "",
    SaveStatePath: `${folder}/`,
    SaveSRAMPath: `${folder}/`,
  };
}

/** Present, and the pak (PLUGIN_* in m64p_plugin.h), for each pad. */
export function padsOf(own: Readonly<Record<string, string>>): { present: number; pak: number }[] {
  return [1, 2, 3, 4].map((pad) => {
    const is = own[`pad${pad}`]!;
    return { present: is === "none" ? 0 : 1, pak: is === "mempak" ? 2 : is === "rumble" ? 3 : 1 };
  });
}
