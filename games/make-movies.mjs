// Records the movies of the games with their bots: node games/make-movies.mjs [RULES...]
import { fileURLToPath } from "node:url";
import { runnerImport } from "vite";

const { module } = await runnerImport(fileURLToPath(new URL("./make-movies.ts", import.meta.url)));
await module.makeMovies(process.argv.slice(2));
