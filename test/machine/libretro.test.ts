import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { findCore, libretroCore, listCores } from "../../src/machine/cores.node.ts";
import { NO_INPUT, NO_PAD } from "../../src/machine/input.ts";
import { desmumeFields } from "../../src/machine/libretro/desmume.ts";
import { type Machine, regionOf, SHOW_NOTHING } from "../../src/machine/machine.ts";
import { readBk2 } from "../../src/movie/formats/bk2.ts";
import { Problem } from "../../src/problem.ts";
import { hasShared, shared } from "../support/data.ts";
import { contract } from "./contract.ts";
import { firstDifference, run, SeededInput } from "./run.ts";

const installed = (await listCores()).flatMap((core) => ("path" in core ? [core.name] : []));
const has = (name: string): boolean => hasShared && installed.includes(name);
if (process.env.CI && !["nestopia", "gambatte", "mgba", "desmume", "bsnes"].every(has))
  throw new Error("cores are missing");

async function openGame(core: string, rom: string, settings: Record<string, string> = {}): Promise<Machine> {
  const bytes = new Uint8Array(readFileSync(shared(rom)));
  return (await libretroCore(core)).open({ content: { name: basename(rom), bytes }, settings });
}

function contractOf(core: string, rom: string, options: Omit<Parameters<typeof contract>[2], "child"> = {}): void {
  describe.runIf(has(core))(core, () => {
    contract(`${core}, ${basename(rom)}`, () => openGame(core, rom), { ...options, child: { core, rom: shared(rom) } });
  });
}

contractOf("nestopia", "nes/cybercoaster.nes", { writable: { region: "ram", offset: 0x7f0 } });
contractOf("nestopia", "nes/thwaite-0.04-author.nes", { before: 150, after: 150, opens: 10 });
contractOf("gambatte", "gb/2048.gb", { before: 150, after: 300, audioTolerance: 0.003, opens: 20 });
contractOf("mgba", "gba/minicraft.gba", { before: 150, after: 300, audioTolerance: 0.003, opens: 20 });
contractOf("desmume", "nds/bouncingball-7.1.nds", { before: 90, after: 120, opens: 4 });
contractOf("desmume", "nds/pong-ds.nds", { before: 90, after: 120, opens: 2 });
contractOf("bsnes", "snes/maze-battle.sfc", { before: 120, after: 240, audioTolerance: 0.003, opens: 10 });
