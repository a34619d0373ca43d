import type { IncomingMessage, ServerResponse } from "node:http";
import { basename } from "node:path";
import { body, file, json, object } from "./answers.node.ts";
import type { Compares } from "./compares.node.ts";
import { Refusal } from "./fault.node.ts";
import type { Folders } from "./folders.node.ts";
import type { Jobs } from "./jobs.node.ts";
import type { Entry, Library } from "./library.node.ts";
import type { NetplayRelay } from "./netplay.node.ts";
import type { Pictures } from "./pictures.node.ts";
import { planOf } from "./plans.node.ts";
import { append, freeName, keepRom, removed, renamed } from "./recordings.node.ts";
import { progressOf, stripFile } from "./sync-files.node.ts";
import { webPage } from "./web-page.node.ts";

/** What the studio is made of. */
export interface Parts {
  readonly folders: Folders;
  readonly library: Library;
  readonly jobs: Jobs;
  readonly pictures: Pictures;
  readonly netplay: NetplayRelay;
  readonly compares: Compares;
  /** The folder of the player, as it was built. */
  readonly player: string;
}

interface Asked {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
  /** What the path names after the route: an id of a file or a job. */
  readonly rest: string;
}

type Route = (parts: Parts, asked: Asked) => Promise<unknown>;

/** Bytes of a recording that come at once, and of a game. */
const MOST_APPENDED = 8 << 20;
const LARGEST_ROM = 128 << 20;

/** By method and path; a path that ends in "/" takes what follows it. What a route returns is sent as JSON, unless it answered. */
const ROUTES: Readonly<Record<string, Route>> = {
  "GET /api/library": async ({ library, folders }) => ({
    roots: folders.roots.map(({ name, path, writable }) => ({ name, path, writable })),
    entries: (await library.list()).map(shown),
  }),
  "GET /api/cores": ({ library }) => library.cores(),
  "GET /api/rom/": async ({ library }, { rest }) => ({ id: (await library.romOf(rest)).id }),
  "POST /api/rename": async ({ folders, library }, { request }) => {
    const { file, name } = await object(request);
    const id = await renamed(folders, text(file), text(name));
    library.moved(text(file), id);
    return { id };
  },
  "POST /api/remove": async ({ folders }, { request }) => {
    await removed(folders, text((await object(request)).file));
    return {};
  },
  "POST /api/recordings": async ({ folders }, { request }) => ({
    id: await freeName(folders, "", text((await object(request)).name), ".isr"),
  }),
  "PUT /api/recordings/": async ({ folders }, { request, query, rest }) => ({
    size: await append(folders, rest, number(query, "at"), await body(request, MOST_APPENDED)),
  }),
  "POST /api/roms": async ({ folders, library }, { request, query }) => ({
    id: await keepRom(folders, library, text(query.get("name")), await body(request, LARGEST_ROM)),
  }),
  "GET /api/jobs": async ({ jobs }) => jobs.list,
  "POST /api/jobs": async ({ jobs, folders, library }, { request }) =>
    jobs.start(await planOf(await object(request, 1 << 20), folders, library)),
  "POST /api/cancel/": async ({ jobs }, { rest }) => jobs.cancel(rest),
  "POST /api/resume/": async ({ jobs }, { rest }) => jobs.resume(rest),
  "POST /api/forget/": async ({ jobs }, { rest }) => {
    jobs.forget(rest);
    return {};
  },
  "GET /api/sync/": async ({ jobs }, { query, rest }) =>
    progressOf(folderOf(jobs, rest), number(query, "native"), number(query, "target")),
  "GET /strips/": async ({ jobs }, { request, response, rest }) => {
    const [id = "", name = ""] = rest.split("/");
    const path = stripFile(folderOf(jobs, id), name);
    if (!path) throw new Refusal(404, "there is no such picture");
    await file(path, request, response);
  },
  "GET /files/": async ({ folders }, { request, response, rest }) => file(await folders.find(rest), request, response),
  "GET /web-page/": async ({ folders, player }, { response, rest }) => {
    const path = await folders.find(rest);
    if (!/\.isr$/i.test(path)) throw new Refusal(400, `${rest}: only recordings go into a web page`);
    const zip = await webPage(player, path);
    response.writeHead(200, {
      "content-type": "application/zip",
      "content-length": zip.length,
      "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(`${basename(path, ".isr")}.zip`)}`,
      "cache-control": "no-store",
    });
    response.end(zip);
  },
  "GET /thumbnails/": async ({ pictures }, { request, response, rest }) =>
    file(await pictures.thumbnail(rest), request, response),
  "GET /frames/": async ({ pictures }, { query, response, rest }) => {
    const png = await pictures.frame(rest, number(query, "frame"));
    response.writeHead(200, {
      "content-type": "image/png",
      "content-length": png.length,
      "cache-control": "max-age=60",
    });
    response.end(png);
  },
  "POST /api/compare": async ({ compares }, { request }) => {
    const { a, b, core } = await object(request);
    return compares.open(text(a), text(b), core === undefined ? undefined : text(core));
  },
  "GET /api/compare/": ({ compares }, { query, rest }) => compares.at(rest, number(query, "frame")),
  "POST /api/scan/": ({ compares }, { rest }) => compares.scan(rest),
  "GET /api/netplay": async ({ netplay }) => netplay.state,
  "POST /api/netplay": async ({ netplay }, { request }) => netplay.open((await object(request)).open === true),
};

/** Answers what the table above has; false: it has nothing of the kind. */
export async function routed(parts: Parts, request: IncomingMessage, response: ServerResponse): Promise<boolean> {
  const { pathname, searchParams: query } = new URL(request.url ?? "/", "http://studio");
  const method = request.method === "HEAD" ? "GET" : (request.method ?? "GET");
  const at = `${method} ${pathname}`;
  const name = Object.hasOwn(ROUTES, at)
    ? at
    : Object.keys(ROUTES).find((one) => one.endsWith("/") && at.startsWith(one));
  if (name === undefined) return false;
  const answer = await ROUTES[name]!(parts, { request, response, query, rest: decoded(at.slice(name.length)) });
  if (!response.headersSent) json(response, answer);
  return true;
}

/** Hashes of games are the server's business. */
export function shown({ card, ...entry }: Entry): Entry {
  if (!card) return entry;
  const { hashes: _, ...rest } = card;
  return { ...entry, card: rest };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new Refusal(400, "the address is not well written");
  }
}

function text(value: unknown): string {
  if (typeof value !== "string" || value === "" || value.length > 2000) throw new Refusal(400, "a name is missing");
  return value;
}

function number(query: URLSearchParams, name: string): number {
  const value = query.get(name) ?? "0";
  if (!/^\d{1,15}$/.test(value)) throw new Refusal(400, `${name}: a whole number is meant`);
  return Number(value);
}

function folderOf(jobs: Jobs, id: string): string {
  const { folder } = jobs.get(id);
  if (folder === undefined) throw new Refusal(404, "this job has no readings");
  return folder;
}
