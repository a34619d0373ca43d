import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { basename, extname } from "node:path";
import { Refusal } from "./fault.node.ts";

/** What is shown in the page; all else is only downloaded. */
const SHOWN: Readonly<Record<string, string>> = {
  ".mp4": "video/mp4",
  ".mkv": "video/x-matroska",
  ".webm": "video/webm",
  ".mov": "video/quicktime",
  ".png": "image/png",
  ".html": "text/html; charset=utf-8",
};

export function json(response: ServerResponse, value: unknown, status = 200): void {
  const body = Buffer.from(JSON.stringify(value));
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": body.length,
    "cache-control": "no-store",
  });
  response.end(body);
}

/** Reads a body of at most `limit` bytes. Throws a Refusal for a larger one. */
export async function body(request: IncomingMessage, limit: number): Promise<Buffer> {
  const tooLarge = (): Refusal => new Refusal(413, `at most ${limit} bytes are taken at once`);
  if (Number(request.headers["content-length"] ?? 0) > limit) throw tooLarge();
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > limit) throw tooLarge();
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** A body that is a JSON object. */
export async function object(request: IncomingMessage, limit = 65536): Promise<Record<string, unknown>> {
  const text = (await body(request, limit)).toString();
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Refusal(400, "the request's body is not JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Refusal(400, "the request's body is not an object");
  return value as Record<string, unknown>;
}

/**
 * Sends a file, or the range of it that is asked for: so videos can be sought in. It may not act as a page of the studio,
 * whatever it holds.
 */
export async function file(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { size, mtimeMs } = await stat(path);
  const type = SHOWN[extname(path).toLowerCase()];
  const tag = `"${size.toString(16)}-${Math.round(mtimeMs).toString(16)}"`;
  const headers: Record<string, string | number> = {
    "content-type": type ?? "application/octet-stream",
    "content-security-policy": "sandbox allow-scripts; frame-ancestors 'self'",
    "accept-ranges": "bytes",
    "cache-control": "no-cache",
    etag: tag,
    ...(!type && { "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(basename(path))}` }),
  };
  if (request.headers["if-none-match"] === tag) {
    response.writeHead(304, headers).end();
    return;
  }
  const range = /^bytes=(\d*)-(\d*)$/.exec(request.headers.range ?? "");
  let [from, to, status] = [0, size - 1, 200];
  if (range && (range[1] || range[2])) {
    from = range[1] ? Number(range[1]) : Math.max(0, size - Number(range[2]));
    to = range[1] && range[2] ? Math.min(Number(range[2]), size - 1) : size - 1;
    if (from > to) {
      response.writeHead(416, { "content-range": `bytes */${size}` }).end();
      return;
    }
    status = 206;
    headers["content-range"] = `bytes ${from}-${to}/${size}`;
  }
  response.writeHead(status, { ...headers, "content-length": Math.max(0, to - from + 1) });
  if (request.method === "HEAD" || size === 0) response.end();
  else {
    const stream = createReadStream(path, { start: from, end: to });
    stream.on("error", () => response.destroy()).pipe(response);
    response.on("close", () => stream.destroy());
  }
}
