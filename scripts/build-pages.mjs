// Builds what runs in browsers, each bundle where one of the files that it was made of has changed.
// node scripts/build-pages.mjs [NAME...]
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

const base = fileURLToPath(new URL("..", import.meta.url));
const self = fileURLToPath(import.meta.url);

/**
 * Each is built into dist/NAME. Paths are from the top; `inputs`: what is loaded, by the name that it gets there; those
 * that a page of the same bundle names are `hashed`; `copies` go along as they are; inputs that are `alone` share no file.
 */
const BUNDLES = [
  {
    name: "page",
    root: "src/studio/netplay",
    inputs: {
      page: "src/studio/netplay/index.html",
      "clock-worker": "src/studio/netplay/clock-worker.ts",
      "speaker-worklet": "src/studio/netplay/speaker-worklet.ts",
      "bots/gleam": "games/gleam/bot.ts",
    },
    hashed: ["page"],
    copies: ["games/gleam/gleam.nes"],
  },
  {
    // dist/studio is the compiler's.
    name: "studio-page",
    root: "src/studio/app",
    inputs: { studio: "src/studio/app/index.html" },
    hashed: ["studio"],
    copies: [],
  },
  {
    name: "player",
    root: "src/studio/player",
    inputs: {
      "instep-player": "src/studio/player/instep-player.ts",
      "instep-player-worker": "src/studio/player/worker/main.ts",
      "instep-slp": "src/studio/player/slp/main.ts",
      "instep-speaker": "src/studio/player/speaker-worklet.ts",
      page: "src/studio/player/page/main.ts",
    },
    hashed: [],
    copies: ["src/studio/player/page/index.html", "src/studio/player/page/page.css"],
    alone: true,
  },
];

const asked = process.argv.slice(2);
for (const bundle of BUNDLES)
  if ((asked.length === 0 || asked.includes(bundle.name)) && !isBuilt(bundle)) await build(bundle);

/** What a bundle was made of when it was built, as [path, size, time]. */
function listOf({ name }) {
  return join(base, `dist/.${name}.json`);
}

function isBuilt(bundle) {
  const list = listOf(bundle);
  if (!existsSync(list)) return false;
  const made = new Map(JSON.parse(readFileSync(list, "utf8")).map(([path, ...marks]) => [path, marks]));
  const same = ([path, marks]) => existsSync(path) && `${marksOf(path)}` === `${marks}`;
  return [...made].every(same) && filesOf(bundle).every((path) => made.has(path));
}

function marksOf(path) {
  const { size, mtimeMs } = statSync(path);
  return [size, mtimeMs];
}

/** What a bundle is made of in any case; the modules that those import are found when it is built. */
function filesOf({ root, copies }) {
  const own = readdirSync(join(base, root), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  return [...own, ...copies.map((path) => join(base, path)), join(base, "package-lock.json"), self];
}

async function build(bundle) {
  // Whoever tests says otherwise, and would get what is for developers.
  process.env.NODE_ENV = "production";
  const { build: bundled } = await import("vite");
  const { name, root, inputs, hashed, copies, alone = false } = bundle;
  const folder = join(base, "dist", name);
  const made = new Map(filesOf(bundle).map((path) => [path, marksOf(path)]));
  rmSync(listOf(bundle), { force: true });
  const all = Object.entries(inputs).map(([as, path]) => [as, join(base, path)]);
  const parts = alone ? all.map((input) => [input]) : [all];
  const plan = (part) => ({
    configFile: false,
    logLevel: "error",
    root: join(base, root),
    base: "./",
    build: {
      outDir: folder,
      emptyOutDir: part === parts[0],
      target: "es2022",
      // A page's policy takes no files out of its own text.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rolldownOptions: {
        input: Object.fromEntries(part),
        preserveEntrySignatures: "exports-only",
        output: {
          entryFileNames: ({ name }) => (hashed.includes(name) ? "assets/[name]-[hash].js" : "[name].js"),
          ...(alone && { codeSplitting: false }),
        },
      },
    },
    plugins: [
      {
        name: "what-it-is-made-of",
        moduleParsed({ id }) {
          const path = id.replace(/[?#].*$/, "");
          if (path.startsWith(base) && !path.includes("node_modules") && existsSync(path))
            made.set(path, marksOf(path));
        },
      },
    ],
  });
  for (const part of parts) await bundled(plan(part));
  for (const path of copies) copyFileSync(join(base, path), join(folder, basename(path)));
  writeFileSync(listOf(bundle), JSON.stringify([...made].map(([path, marks]) => [path, ...marks])));
}
