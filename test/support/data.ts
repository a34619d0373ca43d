import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Real ROMs and movies live beside the project, not in it. Without them their tests do not run, but CI insists on them. */
const folder = fileURLToPath(new URL("../../../shared/data/", import.meta.url));
export const hasShared = existsSync(folder);
if (!hasShared && process.env.CI) throw new Error(`the test data is not there: ${folder}`);

/** Path of a file of the shared test data. */
export function shared(path: string): string {
  return folder + path;
}
