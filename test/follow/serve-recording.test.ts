import { createHash } from "node:crypto";
import { once } from "node:events";
import { appendFileSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { WebSocket } from "ws";
import { PROTOCOL } from "../../src/follow/mirror-protocol.ts";
import { openSource, type Source } from "../../src/follow/mirror-source.node.ts";
import { RecordingServer } from "../../src/follow/serve-recording.node.ts";
import { Problem } from "../../src/problem.ts";
import { scratch } from "../support/cli.ts";

const folder = scratch();
const LOCAL = "127.0.0.1";
const PATIENCE = 5000;
const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

let files = 0;
/** A file of so many bytes, none like its neighbours. */
function fileOf(length: number, seed = 1): string {
  const path = join(folder, `${files++}.isr`);
  writeFileSync(path, bytesOf(length, seed));
  return path;
}

function bytesOf(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0, state = seed; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

async function serving(path: string, length: number, port = 0): Promise<RecordingServer> {
  const server = await RecordingServer.open(path, LOCAL, port);
  open.push(server);
  server.grown(length);
  return server;
}

async function from(address: string, patience = PATIENCE): Promise<Source> {
  const source = await openSource(address, patience);
  open.push(source);
  return source;
}

async function take(source: Source, bytes: number): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for (let have = 0; have < bytes; ) {
    const piece = await source.next();
    if (!piece) break;
    pieces.push(piece);
    have += piece.length;
  }
  return Buffer.concat(pieces);
}

async function rest(source: Source): Promise<Buffer> {
  return take(source, Number.POSITIVE_INFINITY);
}

/** A network that can be cut and held up. */
async function network(port: number) {
  const sockets = new Set<Socket>();
  let held = false;
  const server = createTcpServer((near) => {
    const far = connect(port, LOCAL);
    for (const [a, b] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(a);
      a.on("data", (data) => b.write(data));
      a.on("close", () => {
        sockets.delete(a);
        b.destroy();
      });
      a.on("error", () => {});
      if (held) a.pause();
    }
  });
  server.listen(0, LOCAL);
  await once(server, "listening");
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const hold = (now: boolean): void => {
    held = now;
    for (const socket of sockets) now ? socket.pause() : socket.resume();
  };
  const close = (): void => {
    cut();
    server.close();
  };
  open.push({ close });
  return { url: `ws://${LOCAL}:${(server.address() as AddressInfo).port}`, cut, hold };
}

async function problem(promise: Promise<unknown>): Promise<Problem> {
  const error = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(Problem);
  expect((error as Problem).message).not.toContain("\n");
  return error as Problem;
}

test("every client gets every byte, as the file grows, from where it wants", async () => {
  const path = fileOf(200_000);
  const server = await serving(path, 150_000);
  const sources = await Promise.all([from(server.url), from(server.url), from(server.url)]);
  const heads = await Promise.all(sources.map((source) => take(source, 150_000)));
  for (const head of heads) expect(head.length).toBe(150_000);
  expect(server.clients).toBe(3);
  server.grown(200_000);
  appendFileSync(path, bytesOf(70_000, 5));
  const finished = server.finish(270_000);
  const tails = await Promise.all(sources.map(rest));
  await finished;
  for (const [i, head] of heads.entries())
    expect(Buffer.concat([head, tails[i]!]).equals(readFileSync(path))).toBe(true);
  expect(server.clients).toBe(0);
});

test("a connection that breaks is made again at the byte where it was, however often", async () => {
  const path = fileOf(3_000_000);
  const server = await serving(path, 100_000);
  const net = await network(Number(new URL(server.url).port));
  const source = await from(net.url, 20_000);
  const reading = rest(source);
  for (let length = 100_000; length < 3_000_000; length += 500_000) {
    server.grown(length);
    await sleep(100);
    net.cut();
    await sleep(300);
  }
  void server.finish(3_000_000);
  expect((await reading).equals(readFileSync(path))).toBe(true);
  expect(source.reconnects).toBeGreaterThanOrEqual(4);
});

test("a client that does not read costs no memory, and gets its bytes from the file later", async () => {
  const length = 64 << 20;
  const path = fileOf(length);
  const server = await serving(path, length);
  const net = await network(Number(new URL(server.url).port));
  const slow = await from(net.url, 20_000);
  const quick = await from(server.url, 20_000);
  net.hold(true);
  const head = await take(quick, length);
  expect(head.equals(readFileSync(path))).toBe(true);
  // What the slow one was sent lies with the kernel; all else is in the file.
  expect(server.waiting).toBeGreaterThan(length / 2);
  net.hold(false);
  void server.finish(length);
  expect((await rest(slow)).equals(head)).toBe(true);
});

test("who comes back to another recording is refused, and so is who has more than there is", async () => {
  const first = await serving(fileOf(50_000), 50_000);
  const { port } = new URL(first.url);
  const net = await network(Number(port));
  const source = await from(net.url);
  await take(source, 50_000);
  open.splice(open.indexOf(first), 1);
  net.cut();
  await first.close();
  await serving(fileOf(90_000, 2), 90_000, Number(port));
  const refused = await problem(rest(source));
  expect(refused.message).toMatch(/^ws:\S+: is another recording now/);
});

test("a recording that breaks off says so", async () => {
  const server = await serving(fileOf(1000), 1000);
  const source = await from(server.url);
  await take(source, 1000);
  await server.close();
  open.splice(open.indexOf(server), 1);
  expect((await problem(source.next())).message).toMatch(/the recording broke off$/);
});

test("silence ends a mirror after its patience", async () => {
  const path = fileOf(1000);
  const server = await serving(path, 1000);
  for (const address of [server.url, path]) {
    const source = await from(address, 300);
    await take(source, 1000);
    const gone = await problem(source.next());
    expect(gone.message).toMatch(/nothing came for 0\.3 s/);
    expect(gone.exitCode).toBe(1);
  }
});

test("a file is followed as it grows, and one that becomes shorter is another", async () => {
  const path = fileOf(1000);
  const source = await from(path);
  expect((await take(source, 1000)).length).toBe(1000);
  setTimeout(() => appendFileSync(path, bytesOf(500, 9)), 50);
  expect((await take(source, 500)).equals(bytesOf(500, 9))).toBe(true);
  truncateSync(path, 20);
  expect((await problem(source.next())).message).toMatch(/became shorter/);
});

test("addresses that lead nowhere, or elsewhere, are told in one line", async () => {
  const web = createServer((_, response) => response.end("hello"));
  web.listen(0, LOCAL);
  await once(web, "listening");
  open.push(web);
  const { port } = web.address() as AddressInfo;
  const told = async (address: string): Promise<string> => (await problem(openSource(address, PATIENCE))).message;
  expect(await told(`ws://${LOCAL}:${port}`)).toMatch(/is no server of a recording .*instep record --serve/);
  expect(await told(`ws://${LOCAL}:1`)).toMatch(/nobody listens there/);
  expect(await told("ws://no-such-host.invalid:7")).toMatch(/no such host/);
  expect(await told("ws://")).toMatch(/is no address/);
  expect(await told("http://127.0.0.1:1")).toMatch(/give ws:/);
  expect(await told(join(folder, "none.isr"))).toMatch(/no such file/);
  expect(await told(folder)).toMatch(/is a folder/);
});

test("a port that is in use, or no address of this computer, is told in one line", async () => {
  const path = fileOf(10);
  const server = await serving(path, 10);
  const { port } = new URL(server.url);
  expect((await problem(RecordingServer.open(path, LOCAL, Number(port)))).message).toMatch(/:\d+ is in use/);
  expect((await problem(RecordingServer.open(path, "203.0.113.7", 0))).message).toMatch(/no address of this computer/);
});

test("a client that asks for nonsense is let go, and the others are served", async () => {
  const path = fileOf(5000);
  const server = await serving(path, 5000);
  const closing = (socket: WebSocket): Promise<number> => {
    socket.on("error", () => {});
    return new Promise((resolve) => socket.on("close", resolve));
  };
  const closed = (query: string, protocol = PROTOCOL): Promise<number> =>
    closing(new WebSocket(`${server.url}/${query}`, [protocol]));
  const have = createHash("sha256").update(readFileSync(path).subarray(0, 100)).digest("hex");
  expect(await closed("?from=-1")).toBe(4000);
  expect(await closed("?from=1e99")).toBe(4000);
  expect(await closed("?from=abc")).toBe(4000);
  expect(await closed("?from=100&have=00")).toBe(4001);
  expect(await closed(`?from=9000&have=${have}`)).toBe(4001);
  expect(await closed("", "something-else")).toBe(1006);
  const raw = connect(Number(new URL(server.url).port), LOCAL);
  raw.write("GET //[ HTTP/1.1\r\n\r\n\x00\xff");
  raw.on("error", () => {}).resume();
  await once(raw, "close");
  const talker = new WebSocket(`${server.url}/?from=100&have=${have}`, [PROTOCOL]);
  talker.on("open", () => talker.send(new Uint8Array(4000)));
  expect(await closing(talker)).not.toBe(1000);
  expect((await take(await from(server.url), 5000)).equals(readFileSync(path))).toBe(true);
});
