// What `instep` starts: makes sure that all is installed and built, then becomes the command line in this same process,
// so that exit codes and signals are the program's own.
import { fileURLToPath } from "node:url";
import { CannotPrepare, prepare } from "./prepare.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
try {
  await prepare(root);
} catch (error) {
  if (!(error instanceof CannotPrepare)) throw error;
  process.stderr.write(`${error.details}instep: ${error.message}\n`);
  process.exit(3);
}
await import(new URL("../dist/cli/main.js", import.meta.url).href);
