// Installs the native emulators (and, with --dev, what tests need) from Debian's packages: node scripts/setup-native.mjs [--dev]
import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildLink, LINK_PACKAGES } from "./build-link.mjs";
import { buildMupen64plus, MUPEN64PLUS_PACKAGES } from "./build-mupen64plus.mjs";

const CORES = [
  "libretro-nestopia",
  "libretro-gambatte",
  "libretro-mgba",
  "libretro-desmume",
  "libretro-bsnes-mercury-balanced",
  "libretro-beetle-psx",
  "libretro-beetle-pce-fast",
  "libretro-beetle-vb",
  "libretro-beetle-wswan",
];
/** Assembler and compilers for homebrew, a browser. */
const DEV = ["cc65", "sdcc", "gcc-arm-none-eabi", "gcc-mips-linux-gnu", "chromium"];
const MISSING = 3;

/** Installs what is not there yet; says what it does on stderr. Gives the exit code: 0, or 3 when it cannot. */
export async function setupNative({ dev = false } = {}) {
  const wanted = [...new Set([...CORES, ...LINK_PACKAGES, ...MUPEN64PLUS_PACKAGES, ...(dev ? DEV : [])])];
  if (!onPath("apt-get") || !onPath("dpkg-query")) {
    say(`this is no Debian or Ubuntu; install these libretro cores by your system's own means: ${names().join(", ")}`);
    say(
      "Instep looks for them in $LIBRETRO_DIRECTORY, ~/.config/retroarch/cores, /usr/lib/libretro and /usr/lib/*/libretro",
    );
    return MISSING;
  }
  const absent = wanted.filter((name) => !installed(name));
  if (absent.length === 0) {
    say(`all there already: ${wanted.join(", ")}`);
    return compile();
  }
  if (absent.length < wanted.length)
    say(`there already: ${wanted.filter((name) => !absent.includes(name)).join(", ")}`);
  const root = process.getuid?.() === 0;
  if (!root && !onPath("sudo")) {
    say(`not root, and there is no sudo; run as root: apt-get install -y ${absent.join(" ")}`);
    return MISSING;
  }
  const apt = (...args) => run([...(root ? [] : ["sudo"]), "apt-get", ...args]);
  if (absent.some((name) => !available(name))) {
    say("updating the list of packages");
    if (!apt("update", "-q")) say("apt-get update failed; trying with the list as it is");
  }
  const found = absent.filter(available);
  const unknown = absent.filter((name) => !found.includes(name));
  if (found.length > 0) say(`installing ${found.join(", ")}`);
  if (found.length > 0 && !apt("install", "-y", "-q", "--no-install-recommends", ...found)) {
    say(`apt-get could not install them (see above); try: apt-get install ${found.join(" ")}`);
    return MISSING;
  }
  if (unknown.length > 0) {
    say(`this system has no package ${unknown.join(", ")}; on Ubuntu they are in "universe"`);
    return MISSING;
  }
  return compile();
}

/** The cores link and mupen64plus are small libraries of ours over Debian's: compiled here, into the user's cache. */
function compile() {
  const faults = [
    ["link", buildLink()],
    ["mupen64plus", buildMupen64plus()],
  ].filter(([, fault]) => fault);
  for (const [core, fault] of faults) say(`the core ${core} could not be built: ${fault}`);
  return faults.length > 0 ? MISSING : 0;
}

const say = (text) => process.stderr.write(`instep: ${text}\n`);
const names = () => CORES.map((name) => name.replace("libretro-", ""));

function onPath(program) {
  return (process.env.PATH ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function installed(name) {
  const { stdout } = spawnSync("dpkg-query", ["-W", "-f", "$" + "{db:Status-Status}", name], { encoding: "utf8" });
  return stdout === "installed";
}

function available(name) {
  const { stdout } = spawnSync("apt-cache", ["policy", name], {
    encoding: "utf8",
    env: { ...process.env, LC_ALL: "C" },
  });
  return /Candidate: (?!\(none\))/.test(stdout ?? "");
}

function run([program, ...args]) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  // What apt-get prints is no result of ours: it goes where messages go.
  return spawnSync(program, args, { stdio: ["inherit", 2, 2], env }).status === 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const unknown = process.argv.slice(2).filter((flag) => flag !== "--dev");
  if (unknown.length > 0) {
    say(`setup-native: ${unknown[0]} is no option; there is --dev`);
    process.exitCode = 2;
  } else process.exitCode = await setupNative({ dev: process.argv.includes("--dev") });
}
