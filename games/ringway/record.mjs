// Records Ringway's movie with its bot: node games/ringway/record.mjs
import { fileURLToPath } from "node:url";
import { runnerImport } from "vite";

const { module } = await runnerImport(fileURLToPath(new URL("./record.ts", import.meta.url)));
await module.record();
