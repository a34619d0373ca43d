import { readFile } from "node:fs/promises";
import { sha256Hex } from "../boot.ts";
import type { Core } from "../registry.ts";
import { readsClock } from "./clock.ts";
import { Environment } from "./environment.ts";
import { knownCore } from "./known.ts";
import { Library } from "./library.ts";
import { LibretroMachine } from "./machine.ts";
import { NetworkMachine } from "./netpacket-machine.ts";
import { networkSettings } from "./netpacket-settings.ts";
import { CLOCK_OPTION } from "./options.ts";
import { SYSTEMS } from "./systems.ts";

/** The core in a library file. What it can do and which options it has is what it says when it is asked. */
export async function openCore(path: string): Promise<Core> {
  const known = knownCore(path);
  const library = new Library(path);
  try {
    const environment = new Environment(library, {}, known?.defaults);
    if (readsClock(library)) environment.declare(CLOCK_OPTION);
    const nothing = (): number => 0;
    library.connect({
      environment: environment.call,
      video: nothing,
      sample: nothing,
      batch: (_, n) => n,
      poll: nothing,
      state: nothing,
    });
    const { name, version, extensions } = library.describe();
    const systems = known?.systems ?? systemsOf(extensions);
    let build: string | undefined;
    return {
      name: known?.name ?? name,
      version,
      systems,
      extensions,
      abilities: {
        states: true,
        regions: known?.regions ?? ["ram", "save"],
        hooks: false,
        skipsVideo: false,
        browser: false,
        polling: known?.exact ? "exact" : "frame",
      },
      options: [...environment.options.values()],
      open: async (options) => {
        build ??= sha256Hex(await readFile(path));
        const file = { path, build, name: known?.name ?? name, known };
        const network = networkSettings(file.name, options.settings);
        return network ? new NetworkMachine(file, options, network) : new LibretroMachine(file, options);
      },
    };
  } finally {
    library.close();
  }
}

function systemsOf(extensions: readonly string[]): string[] {
  return Object.keys(SYSTEMS).filter((system) =>
    SYSTEMS[system]!.extensions.some((extension) => extensions.includes(extension)),
  );
}
