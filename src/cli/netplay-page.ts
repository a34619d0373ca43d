import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the page that plays in browsers, as it was built; undefined where it was not. */
export function builtPage(): string | undefined {
  const folder = fileURLToPath(new URL("../page/", import.meta.url));
  return existsSync(join(folder, "index.html")) ? folder : undefined;
}
