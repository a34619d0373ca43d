import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { type IncomingHttpHeaders, request } from "node:http";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { WebSocket } from "ws";
import type { Problem } from "../../src/problem.ts";
import type { Job } from "../../src/studio/server/jobs.node.ts";
import type { Entry } from "../../src/studio/server/library.node.ts";
import { Studio } from "../../src/studio/server/studio.node.ts";
import { scratch } from "../support/cli.ts";

const top = fileURLToPath(new URL("../../", import.meta.url));
const folder = scratch();
const outside = scratch();
const pages = scratch();
writeFileSync(join(pages, "index.html"), "<!doctype html><title>studio</title>");
copyFileSync(join(top, "test/golden/v1-full.isr"), join(folder, "golden.isr"));
writeFileSync(join(outside, "secret.isr"), "not for anybody");
symlinkSync(join(outside, "secret.isr"), join(folder, "linked.isr"));
symlinkSync(outside, join(folder, "linked"));

const options = {
  port: 0,
  folders: [folder],
  cli: join(top, "dist/cli/main.js"),
  pages: { studio: pages, player: pages, netplay: pages },
};

let studio: Studio;
let token: string;
beforeAll(async () => {
  studio = await Studio.open(options);
  token = new URL(studio.url).searchParams.get("token")!;
});
afterAll(() => studio.close());

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** As it is written: no address is tidied on the way. */
function ask(path: string, { method = "GET", headers = {}, body = "" }: Asking = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: "127.0.0.1", port: studio.port, path, method, headers }, (response) => {
      let text = "";
      response.on("data", (piece) => (text += piece));
      response.on("end", () => resolve({ status: response.statusCode!, headers: response.headers, text }));
    });
    asked.on("error", reject);
    asked.end(body);
  });
}
interface Asking {
  method?: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
}

const known = (headers: Record<string, string> = {}) => ({ "x-instep-token": token, ...headers });
const json = async (path: string, asking: Asking = {}) =>
  JSON.parse((await ask(path, { ...asking, headers: known(asking.headers) })).text);
const errorOf = (answer: Answer): string => JSON.parse(answer.text).error;

describe("who may ask", () => {
  test("nothing is answered without the token, the page for netplay apart", async () => {
    for (const path of ["/", "/index.html", "/api/library", "/files/0/golden.isr", "/player/"])
      expect((await ask(path)).status, path).toBe(401);
    expect((await ask("/api/library", { headers: { "x-instep-token": `${token.slice(1)}x` } })).status).toBe(401);
    expect((await ask("/?token=guess")).status).toBe(401);
    expect((await ask("/netplay/index.html")).status).toBe(200);
  });

  test("the printed address gives a cookie that scripts and other sites cannot have, and is put out of sight", async () => {
    const entered = await ask(new URL(studio.url).pathname + new URL(studio.url).search);
    expect(entered.status).toBe(303);
    expect(entered.headers.location).toBe("/");
    const [cookie = ""] = entered.headers["set-cookie"] ?? [];
    expect(cookie).toMatch(/; HttpOnly; SameSite=Strict$/);
    const page = await ask("/", { headers: { cookie: cookie.split(";")[0]! } });
    expect(page.status).toBe(200);
    expect(page.headers["content-security-policy"]).toContain("default-src 'none'");
  });

  test("another host's name, another site's page and a form of one are refused, token or not", async () => {
    expect((await ask("/api/library", { headers: known({ host: "evil.example" }) })).status).toBe(421);
    expect((await ask("/netplay/", { headers: { host: `evil.example:${studio.port}` } })).status).toBe(421);
    expect((await ask("/api/library", { headers: known({ origin: "http://evil.example" }) })).status).toBe(403);
    const cookie = { cookie: `instep-${studio.port}=${token}` };
    const post = { method: "POST", body: "{}" };
    expect((await ask("/api/jobs", { ...post, headers: { ...cookie, origin: "null" } })).status).toBe(403);
    expect((await ask("/api/jobs", { ...post, headers: cookie })).status).toBe(403);
    const own = { ...cookie, origin: `http://127.0.0.1:${studio.port}` };
    expect((await ask("/api/jobs", { ...post, headers: own })).status).toBe(400);
  });

  test("a WebSocket of another site, or without the token, is not opened", async () => {
    const opens = (headers: Record<string, string>, origin?: string): Promise<boolean> =>
      new Promise((resolve) => {
        const socket = new WebSocket(`ws://127.0.0.1:${studio.port}/events`, { headers, ...(origin && { origin }) });
        socket.on("open", () => resolve(true));
        socket.on("error", () => resolve(false));
        socket.on("open", () => socket.close());
      });
    const own = `http://127.0.0.1:${studio.port}`;
    expect(await opens({}, own)).toBe(false);
    expect(await opens({ cookie: `instep-${studio.port}=${token}` }, "http://evil.example")).toBe(false);
    expect(await opens({ cookie: `instep-${studio.port}=${token}` })).toBe(false);
    expect(await opens({ cookie: `instep-${studio.port}=${token}` }, own)).toBe(true);
  });
});

describe("files", () => {
  const away = [
    "/files/0/../secret",
    "/files/0/%2e%2e/%2e%2e/etc/passwd",
    "/files/0/..%2f..%2fetc%2fpasswd",
    "/files/0/%2Fetc/passwd",
    "/files/0//etc/passwd",
    "/files/7/golden.isr",
    "/files/0/.instep/facts.json",
    "/files/0/a%00b.isr",
    "/files/0/linked/secret.isr",
    "/files/0/linked.isr",
    "/frames/0/linked.isr?frame=1",
    "/thumbnails/0/linked.isr",
    "/player/..%2fapi",
  ];
  test.each(away)("%s leads nowhere", async (path) => {
    const answer = await ask(path, { headers: known() });
    expect([400, 403, 404]).toContain(answer.status);
    expect(answer.text).not.toContain("not for anybody");
  });

  test("a part of a file can be asked for, and it may not act as a page", async () => {
    const bytes = readFileSync(join(folder, "golden.isr"));
    const part = await ask("/files/0/golden.isr", { headers: known({ range: "bytes=3-7" }) });
    expect(part.status).toBe(206);
    expect(part.headers["content-range"]).toBe(`bytes 3-7/${bytes.length}`);
    expect(part.headers["content-length"]).toBe("5");
    expect(part.headers["content-security-policy"]).toContain("sandbox");
    const after = { range: `bytes=${bytes.length}-` };
    expect((await ask("/files/0/golden.isr", { headers: known(after) })).status).toBe(416);
  });

  test("the library shows what the folders hold, and no links out of them", async () => {
    const entries = await vi.waitFor(async () => {
      const listed = (await json("/api/library")).entries as Entry[];
      expect(listed.find(({ id }) => id === "0/golden.isr")?.card).toBeDefined();
      return listed;
    }, 20_000);
    expect(entries.filter(({ root }) => root !== "comes with Instep").map(({ id }) => id)).toEqual(["0/golden.isr"]);
    expect(entries.find(({ id }) => id === "0/golden.isr")!.card).toMatchObject({ kind: "recording", system: "nes" });
    expect(entries.some(({ name }) => name === "gleam.nes")).toBe(true);
  });
});

describe("what is written", () => {
  const put = (id: string, at: number, body: string | Uint8Array) =>
    ask(`/api/recordings/${id}?at=${at}`, { method: "PUT", headers: known(), body });

  test("a recording grows by pieces that fit its end; anything else is refused", async () => {
    const { id } = await json("/api/recordings", { method: "POST", body: '{"name":"../../a: b"}' });
    expect(id).toBe("0/a b.isr");
    const path = encodeURI(id);
    expect((await put(path, 0, "abc")).status).toBe(200);
    expect((await put(path, 3, "de")).status).toBe(200);
    expect(readFileSync(join(folder, "a b.isr"), "utf8")).toBe("abcde");
    expect(errorOf(await put(path, 3, "x"))).toContain("ends at byte 5");
    expect((await put(path, 0, "x")).status).toBe(409);
    expect((await put("0/linked/new.isr", 0, "x")).status).toBe(403);
    expect((await put("0/linked.isr", 15, "x")).status).toBe(403);
    expect((await put("0/run.sh", 0, "x")).status).toBe(400);
    expect((await put("1/gleam/new.isr", 0, "x")).status).toBe(403);
    expect((await put(path, 5, new Uint8Array((8 << 20) + 1))).status).toBe(413);
    expect(existsSync(join(outside, "new.isr"))).toBe(false);
    expect(readFileSync(join(outside, "secret.isr"), "utf8")).toBe("not for anybody");
  });

  test.runIf(process.getuid?.() === 0)(
    "a disk that is really full takes nothing of a piece, says so, and goes on once there is room",
    async () => {
      const small = join(folder, "small");
      mkdirSync(small);
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", small]);
      try {
        const piece = new Uint8Array(40_000).fill(7);
        expect((await put("0/small/full.isr", 0, piece)).status).toBe(200);
        const refused = await put("0/small/full.isr", piece.length, piece);
        expect(refused.status).toBe(507);
        expect(errorOf(refused)).toBe("the disk is full; make room, nothing that was saved is lost");
        expect(readFileSync(join(small, "full.isr")).equals(piece)).toBe(true);
        execFileSync("mount", ["-o", "remount,size=1m", small]);
        expect((await put("0/small/full.isr", piece.length, piece)).status).toBe(200);
        expect(readFileSync(join(small, "full.isr")).length).toBe(2 * piece.length);
      } finally {
        execFileSync("umount", [small]);
      }
    },
  );

  test("files are renamed within their folder, and removed to where they can be got back", async () => {
    await put("0/old.isr", 0, "abc");
    const rename = (file: string, name: string) =>
      ask("/api/rename", { method: "POST", headers: known(), body: JSON.stringify({ file, name }) });
    expect(JSON.parse((await rename("0/old.isr", "a/../new")).text).id).toBe("0/a .. new.isr");
    expect((await rename("0/a .. new.isr", "golden")).status).toBe(409);
    const remove = (file: string) =>
      ask("/api/remove", { method: "POST", headers: known(), body: JSON.stringify({ file }) });
    expect((await remove("0/a .. new.isr")).status).toBe(200);
    expect(existsSync(join(folder, "a .. new.isr"))).toBe(false);
    expect((await remove("1/gleam/gleam.nes")).status).toBe(403);
  });

  test("what is no job, or names files that are not there, is told in a line", async () => {
    const job = (body: unknown) => ask("/api/jobs", { method: "POST", headers: known(), body: JSON.stringify(body) });
    expect((await job({ kind: "shell", args: ["rm"] })).status).toBe(400);
    expect((await job({ kind: "clip", file: "0/golden.isr", from: 1, to: 2, args: ["--x"] })).status).toBe(400);
    expect((await job({ kind: "verify", files: ["0/linked.isr"] })).status).toBe(403);
    const sync = { kind: "sync", movie: "0/golden.isr", rom: "1/gleam/gleam.nes", watch: { kind: "memory" } };
    expect((await job({ ...sync, target: { "--output": "x" } })).status).toBe(400);
    expect((await job({ ...sync, core: "../x" })).status).toBe(400);
    expect((await ask("/api/jobs", { method: "POST", headers: known(), body: "{" })).status).toBe(400);
  });
});

describe("jobs", () => {
  const post = (path: string, body: unknown = {}) => json(path, { method: "POST", body: JSON.stringify(body) });
  const settled = (id: string, states: readonly Job["state"][]) =>
    vi.waitFor(
      async () => {
        const job = ((await json("/api/jobs")) as Job[]).find((one) => one.id === id)!;
        expect(states).toContain(job.state);
        return job;
      },
      { timeout: 90_000, interval: 100 },
    );

  test("a force-sync is cancelled, known to the next studio, and gone on with there", async () => {
    mkdirSync(join(folder, "videos"), { recursive: true });
    const started: Job = await post("/api/jobs", {
      kind: "sync",
      movie: "1/gleam/garbage.isr",
      rom: "1/gleam/gleam.nes",
      core: "jsnes",
      native: { ram: "00" },
      target: { ram: "ff" },
      watch: { kind: "memory" },
      frames: 300,
      tail: 0,
    });
    await settled(started.id, ["running"]);
    await post(`/api/cancel/${started.id}`);
    await settled(started.id, ["cancelled"]);
    await studio.close();
    studio = await Studio.open(options);
    token = new URL(studio.url).searchParams.get("token")!;
    expect((await settled(started.id, ["cancelled"])).title).toBe(started.title);
    await post(`/api/resume/${started.id}`);
    const done = await settled(started.id, ["done", "failed"]);
    expect(done.fault).toBeUndefined();
    expect(existsSync(join(folder, "videos/garbage synced.mp4"))).toBe(true);
    const rows = await json(`/api/sync/${started.id}`);
    expect(rows.native.rows.length).toBe(301);
    expect(rows.target.rows.length).toBeGreaterThan(0);
  }, 180_000);
});

test("a port that is taken is told in one line", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await new Promise((listening) => other.once("listening", listening));
  const { port } = other.address() as { port: number };
  const refused = await Studio.open({ ...options, port }).catch((error: Problem) => error);
  expect((refused as Problem).message).toMatch(new RegExp(`^port ${port} is taken; .*--port`));
  other.close();
});
