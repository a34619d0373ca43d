import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { extname, join, relative, sep } from "node:path";
import { Problem } from "../../problem.ts";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".wasm": "application/wasm",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".txt": "text/plain; charset=utf-8",
};
const MOST_FILES = 10_000;

/**
 * A folder as it was when the relay began. What is asked for is looked up in the list of its files, so that no path leads
 * out of it; links are not followed.
 */
export class Page {
  readonly #files = new Map<string, { readonly path: string; readonly size: number; readonly tag: string }>();

  /** Throws a Problem where the folder cannot be read. */
  static async of(folder: string): Promise<Page> {
    const page = new Page();
    const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error) => {
      throw new Problem(`${folder}: this folder cannot be read (${error.code}); name one with a page`);
    });
    const files = entries.filter((entry) => entry.isFile());
    if (files.length > MOST_FILES)
      throw new Problem(`${folder}: more than ${MOST_FILES} files; name a folder that holds nothing but a page`);
    for (const { parentPath, name } of files) {
      const path = join(parentPath, name);
      const { size, mtimeMs } = await stat(path);
      const file = { path, size, tag: `"${size.toString(16)}-${Math.round(mtimeMs).toString(16)}"` };
      const url = `/${relative(folder, path).split(sep).join("/")}`;
      page.#files.set(url, file);
      if (name === "index.html") page.#files.set(url.slice(0, -name.length), file);
    }
    return page;
  }

  /** Answers what the folder holds; false: it holds no such file. */
  answer(path: string, { method, headers }: IncomingMessage, response: ServerResponse): boolean {
    const file = this.#files.get(path);
    if (!file) return false;
    response.setHeader("etag", file.tag);
    response.setHeader("cache-control", "no-cache");
    if (headers["if-none-match"] === file.tag) {
      response.writeHead(304).end();
      return true;
    }
    response.setHeader("content-type", TYPES[extname(file.path).toLowerCase()] ?? "application/octet-stream");
    response.setHeader("content-length", file.size);
    if (method === "HEAD") response.end();
    else
      createReadStream(file.path, { end: Math.max(0, file.size - 1) })
        .on("error", () => response.destroy())
        .pipe(response);
    return true;
  }
}
