// Builds the page that plays in browsers into dist/page, where one of the files that it was made of has changed.
import { copyFileSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const source = join(root, "src/studio/netplay");
const folder = join(root, "dist/page");
/** What the page was made of: [path, size, time]. */
const list = join(root, "dist/.page.json");

if (!isBuilt()) await build();

function isBuilt() {
  if (!existsSync(join(folder, "index.html")) || !existsSync(list)) return false;
  return JSON.parse(readFileSync(list, "utf8")).every(
    ([path, ...then]) => existsSync(path) && marks(path).every((mark, i) => mark === then[i]),
  );
}

function marks(path) {
  const { size, mtimeMs } = statSync(path);
  return [size, mtimeMs];
}

async function build() {
  const { build: bundle } = await import("vite");
  const made = new Set([
    fileURLToPath(import.meta.url),
    join(root, "package-lock.json"),
    ...["index.html", "page.css", "icon.svg"].map((name) => join(source, name)),
    join(root, "games/gleam/gleam.nes"),
  ]);
  const own = (id) => id.startsWith(root) && !id.includes("node_modules") && existsSync(id);
  await bundle({
    configFile: false,
    logLevel: "error",
    root: source,
    base: "./",
    build: {
      outDir: folder,
      emptyOutDir: true,
      target: "es2022",
      // The page's policy takes no files out of its own text.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rolldownOptions: {
        input: {
          page: join(source, "index.html"),
          "clock-worker": join(source, "clock-worker.ts"),
          "speaker-worklet": join(source, "speaker-worklet.ts"),
          "bots/gleam": join(root, "games/gleam/bot.ts"),
        },
        preserveEntrySignatures: "exports-only",
        output: { entryFileNames: ({ name }) => (name === "page" ? "assets/[name]-[hash].js" : "[name].js") },
      },
    },
    plugins: [
      {
        name: "what-it-is-made-of",
        moduleParsed({ id }) {
          if (own(id)) made.add(id);
        },
      },
    ],
  });
  copyFileSync(join(root, "games/gleam/gleam.nes"), join(folder, "gleam.nes"));
  writeFileSync(list, JSON.stringify([...made].sort().map((path) => [path, ...marks(path)])));
}
