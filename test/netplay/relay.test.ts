import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { connect as tcp } from "node:net";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { Relay, type RelayOptions } from "../../src/netplay/relay/relay.node.ts";
import {
  GONE_AFTER,
  KEPT,
  LONGEST_FRAME,
  newSecret,
  peerIdOf,
  RELAY_PROTOCOL,
  readFromRelay,
  readToRelay,
} from "../../src/netplay/transport/signal.ts";
import { MAX_DATAGRAM } from "../../src/netplay/transport/transport.ts";
import { scratch, start } from "../support/cli.ts";

vi.setConfig({ testTimeout: 15_000 });

const relays: Relay[] = [];
const sockets: WebSocket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate();
  for (const relay of relays.splice(0)) await relay.close();
});

async function relayAt(options: RelayOptions = {}): Promise<Relay> {
  const relay = await Relay.open(options);
  relays.push(relay);
  return relay;
}

/** A client that speaks the protocol by hand. */
class Raw {
  readonly socket: WebSocket;
  readonly said: unknown[][] = [];
  readonly datagrams: number[][] = [];
  closed: number | undefined;

  constructor(url: string, headers: Record<string, string> = {}) {
    this.socket = new WebSocket(url, { perMessageDeflate: false, headers });
    sockets.push(this.socket);
    this.socket.on("error", () => {});
    this.socket.on("close", (code) => {
      this.closed = code;
    });
    this.socket.on("message", (data: Buffer, isBinary) => {
      if (isBinary) this.datagrams.push([...data]);
      else this.said.push(JSON.parse(data.toString()));
    });
  }

  static async open(url: string, headers?: Record<string, string>): Promise<Raw> {
    const raw = new Raw(url, headers);
    await vi.waitFor(() => expect(raw.socket.readyState).toBeGreaterThan(0), { interval: 2 });
    return raw;
  }

  static async enter(url: string, code: string | null, secret = newSecret(), again = false): Promise<Raw> {
    const raw = await Raw.open(url);
    raw.say("hello", RELAY_PROTOCOL, secret, code, again);
    await raw.hears();
    return raw;
  }

  say(...message: unknown[]): void {
    this.socket.send(JSON.stringify(message));
  }

  send(to: number, ...bytes: number[]): void {
    this.socket.send(Uint8Array.of(to >> 8, to, ...bytes));
  }

  /** Its first message. */
  async hears(): Promise<unknown[]> {
    await until(() => expect(this.said.length).toBeGreaterThan(0));
    return this.said[0]!;
  }

  get code(): string {
    return this.said[0]![1] as string;
  }
}

const until = (check: () => void, timeout = 5000) => vi.waitFor(check, { timeout, interval: 5 });
const soon = () => new Promise((resolve) => setTimeout(resolve, 60));

async function get(
  relay: Relay,
  path: string,
  method = "GET",
): Promise<{ status: number; type: string; body: string }> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: "127.0.0.1", port: relay.port, path, method }, (answer) => {
      let body = "";
      answer.on("data", (text) => (body += text));
      answer.on("end", () => resolve({ status: answer.statusCode!, type: answer.headers["content-type"] ?? "", body }));
    });
    asked.on("error", reject).end();
  });
}

it("brings datagrams and signals to whom they are for, and says from whom", async () => {
  const { url, metrics } = await relayAt();
  const a = await Raw.enter(url, null);
  const b = await Raw.enter(url, a.code);
  const c = await Raw.enter(url, a.code);
  expect(a.said[0]).toEqual(["welcome", expect.stringMatching(/^[A-HJ-NP-Z2-9]{6}$/), []]);
  a.send(1, 7, 8);
  c.send(0, 9);
  b.say("signal", 2, "0 hello");
  await until(() => expect([b.datagrams, a.datagrams]).toEqual([[[0, 0, 7, 8]], [[0, 2, 9]]]));
  await until(() => expect(c.said.at(-1)).toEqual(["signal", 1, "0 hello"]));
  expect(c.datagrams).toEqual([]);
  expect([metrics.datagrams, metrics.bytes, metrics.signals]).toEqual([2, 3, 1]);
});

it("one whose connection broke comes back by its secret as the same; after a minute its place is free", async () => {
  let ahead = 0;
  const { url } = await relayAt({ limits: { members: 2 }, now: () => performance.now() + ahead });
  const secret = newSecret();
  const a = await Raw.enter(url, null);
  const b = await Raw.enter(url, a.code, secret);
  b.socket.terminate();
  await until(() => expect(a.said.at(-1)).toEqual(["away", 1]));
  const again = await Raw.enter(url, a.code, secret, true);
  expect(again.said[0]).toEqual(["welcome", a.code, [[0, expect.any(String)]]]);
  await until(() => expect(a.said.at(-1)).toEqual(["peer", 1, peerIdOf(secret)]));
  // A second one of the same secret takes the place of the first, of whose end the relay did not hear.
  const third = await Raw.enter(url, a.code, secret, true);
  await until(() => expect(again.closed).toBe(1006));
  third.socket.terminate();
  await until(() => expect(a.said.at(-1)).toEqual(["away", 1]));
  // Whoever does not answer the relay's signs of life meanwhile would be gone too.
  for (let passed = 0; passed <= KEPT; passed += KEPT / 4) {
    const { length } = a.said;
    ahead += KEPT / 4;
    await until(() => expect(a.said.slice(length)).toContainEqual(["alive"]));
    a.say("alive", 0);
    await soon();
  }
  const newcomer = await Raw.enter(url, a.code);
  const late = await Raw.enter(url, a.code, secret, true);
  expect(newcomer.said[0]![0]).toBe("welcome");
  expect(late.said).toEqual([["refused", "the room is full (2)"]]);
});

it("a relay that began anew opens the room of those who come back again, but of nobody else", async () => {
  const { url } = await relayAt();
  const stranger = await Raw.enter(url, "QQQQQQ");
  expect(stranger.said).toEqual([["refused", "there is no room QQQQQQ (any more); ask for its code again"]]);
  const a = await Raw.enter(url, "QQQQQQ", newSecret(), true);
  const b = await Raw.enter(url, "QQQQQQ", newSecret(), true);
  expect([a.said[0]![1], b.said[0]![1]]).toEqual(["QQQQQQ", "QQQQQQ"]);
});

it("whatever bytes come, it lives on, and brings what others say", async () => {
  const { url, metrics } = await relayAt({
    limits: { addressMessages: 1e6, addressBytes: 1e9, roomMessages: 1e6, roomBytes: 1e9, addressConnections: 1000 },
  });
  const a = await Raw.enter(url, null);
  const b = await Raw.enter(url, a.code);
  const value = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.constantFrom("hello", "signal", "alive", "welcome", newSecret(), a.code, RELAY_PROTOCOL),
  );
  const hostile = fc.oneof(
    fc.json(),
    fc.string({ maxLength: 300 }),
    fc.array(value, { maxLength: 6 }).map((list) => JSON.stringify(list)),
    fc
      .tuple(fc.constantFrom("signal", "alive", "hello"), fc.array(value, { maxLength: 5 }))
      .map(([name, rest]) => JSON.stringify([name, ...rest])),
    fc.uint8Array({ maxLength: 1400 }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(hostile, { minLength: 20, maxLength: 40 }), async (messages) => {
      const stranger = await Raw.open(url);
      for (const message of messages) {
        stranger.socket.send(message);
        b.socket.send(message);
      }
    }),
    { numRuns: 60, verbose: 1 },
  );
  await soon();
  expect(b.socket.readyState).toBe(WebSocket.OPEN);
  expect(metrics.dropped.bad).toBeGreaterThan(100);
  a.datagrams.length = 0;
  b.send(0, 42);
  await until(() => expect(a.datagrams).toEqual([[0, 1, 42]]));
});

it("a member believes no message that makes no sense, whatever a relay says", () => {
  fc.assert(
    fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
      for (const read of [readFromRelay, readToRelay]) {
        const message = read(text);
        expect(message === undefined || Array.isArray(message)).toBe(true);
      }
    }),
    { numRuns: 2000, verbose: 1 },
  );
  expect(readFromRelay('["refused","\\u001b[2J"]')).toBeUndefined();
  expect(readFromRelay('["refused","it is full"]')).toEqual(["refused", "it is full"]);
  expect(readFromRelay(JSON.stringify(["signal", 1, "x".repeat(LONGEST_FRAME)]))).toBeUndefined();
});

it("ends connections that send too long a frame, speak before they say hello, or say nothing", async () => {
  let ahead = 0;
  const relay = await relayAt({ now: () => performance.now() + ahead });
  const a = await Raw.enter(relay.url, null);
  const b = await Raw.enter(relay.url, a.code);
  a.socket.send("x".repeat(LONGEST_FRAME + 1));
  await until(() => expect(a.closed).toBe(1009));
  const early = await Raw.open(relay.url);
  early.send(0, 1);
  await until(() => expect(early.closed).toBe(1006));
  const silent = await Raw.open(relay.url);
  ahead = 6000;
  await until(() => expect(silent.closed).toBe(1006));
  expect(b.closed).toBeUndefined();
  ahead = 6000 + GONE_AFTER;
  await until(() => expect(b.closed).toBe(1006));
});

it("ends a request that comes letter by letter", async () => {
  const relay = await relayAt();
  const began = performance.now();
  const socket = tcp(relay.port, "127.0.0.1");
  const drip = setInterval(() => socket.write("x"), 200);
  socket.write("GET / HTTP/1.1\r\nx-");
  socket.on("error", () => {});
  await new Promise((resolve) => socket.on("close", resolve).resume());
  clearInterval(drip);
  expect(performance.now() - began).toBeLessThan(7500);
});

it("a member who does not read loses datagrams, and costs no memory", async () => {
  const { url, metrics } = await relayAt({
    limits: { addressMessages: 1e6, addressBytes: 1e9, roomMessages: 1e6, roomBytes: 1e9 },
  });
  const a = await Raw.enter(url, null);
  const b = await Raw.enter(url, a.code);
  b.socket.pause();
  const datagram = new Uint8Array(MAX_DATAGRAM + 2);
  datagram[1] = 1;
  const before = process.memoryUsage().external;
  for (let round = 0; round < 40 && metrics.dropped.slow === 0; round++) {
    for (let i = 0; i < 500; i++) a.socket.send(datagram);
    await soon();
  }
  expect(metrics.dropped.slow).toBeGreaterThan(0);
  expect(process.memoryUsage().external - before).toBeLessThan(30e6);
  b.socket.resume();
  await until(() => expect(b.datagrams.length).toBe(metrics.datagrams));
  expect(b.closed).toBeUndefined();
});

it("keeps the limits of an address: connections, rooms opened, codes guessed, messages", async () => {
  const limits = { addressConnections: 4, opens: 2, guesses: 3, addressMessages: 50 };
  const { url, metrics } = await relayAt({ limits });
  const a = await Raw.enter(url, null);
  const b = await Raw.enter(url, a.code);
  for (let i = 0; i < 300; i++) b.send(0, i);
  await until(() => expect(a.datagrams.length + metrics.dropped.limit).toBe(300));
  expect(a.datagrams.length).toBeGreaterThan(90);
  expect(a.datagrams.length).toBeLessThan(130);
  const c = await Raw.enter(url, null);
  const d = await Raw.enter(url, null);
  expect(d.said).toEqual([["refused", "too many rooms were opened from your address; wait a while"]]);
  await until(() => expect(d.closed).toBe(1000));
  const wrong = ["WWWWWW", "XXXXXX", "YYYYYY"];
  for (const code of wrong) {
    const guesser = await Raw.enter(url, code);
    expect(guesser.said[0]![1]).toMatch(/^there is no room/);
    await until(() => expect(guesser.closed).toBe(1000));
  }
  const right = await Raw.enter(url, a.code);
  expect(right.said).toEqual([["refused", "too many codes without a room came from your address; wait a minute"]]);
  await until(() => expect(right.closed).toBe(1000));
  const e = await Raw.open(url);
  const f = await Raw.open(url);
  expect(await f.hears()).toEqual(["refused", "too many connections come from your address"]);
  expect([c.closed, e.closed]).toEqual([undefined, undefined]);
  expect(metrics.refused).toEqual({ full: 0, address: 2, code: 4, rooms: 0, version: 0 });
});

it("takes addresses from a proxy where it is told to, and only what that itself added", async () => {
  const { url } = await relayAt({ trustProxy: true, limits: { addressConnections: 1 } });
  const first = await Raw.open(url, { "x-forwarded-for": "192.0.2.1" });
  const other = await Raw.open(url, { "x-forwarded-for": "192.0.2.1, 192.0.2.2" });
  const same = await Raw.open(url, { "x-forwarded-for": "10.9.9.9, 192.0.2.1" });
  expect(await same.hears()).toEqual(["refused", "too many connections come from your address"]);
  expect([first.said, other.said]).toEqual([[], []]);
});

it("refuses other versions, full rooms, and rooms beyond its number, in one sentence each", async () => {
  const { url } = await relayAt({ limits: { rooms: 1, members: 2 } });
  const old = await Raw.open(url);
  old.say("hello", 9, "something else");
  expect(await old.hears()).toEqual(["refused", "it speaks version 1, you 9; update the older one"]);
  const a = await Raw.enter(url, null);
  await Raw.enter(url, a.code);
  expect(await (await Raw.enter(url, a.code)).hears()).toEqual(["refused", "the room is full (2)"]);
  expect(await (await Raw.enter(url, null)).hears()).toEqual(["refused", "it has no room left; try later"]);
});

it("closes a room that nobody uses, unless its members play directly", async () => {
  let ahead = 0;
  const { url } = await relayAt({ limits: { idle: 20 }, now: () => performance.now() + ahead });
  const idle = await Raw.enter(url, null);
  const busy = await Raw.enter(url, null);
  ahead = 15_000;
  busy.say("alive", 1);
  idle.say("alive", 0);
  await soon();
  ahead = 21_000;
  await until(() => expect(idle.closed).toBe(1000));
  expect(idle.said.at(-1)).toEqual(["bye", "nobody used the room for 0 minutes", false]);
  expect(busy.closed).toBeUndefined();
});

it("serves a folder's files and nothing outside of it, its metrics, and that it is well", async () => {
  const folder = scratch();
  mkdirSync(join(folder, "page", "sub"), { recursive: true });
  writeFileSync(join(folder, "secret.txt"), "secret");
  writeFileSync(join(folder, "page", "index.html"), "<p>hello");
  writeFileSync(join(folder, "page", "sub", "core.wasm"), "");
  symlinkSync(join(folder, "secret.txt"), join(folder, "page", "link.txt"));
  const relay = await relayAt({ page: join(folder, "page") });
  expect(await get(relay, "/?x=1")).toEqual({ status: 200, type: "text/html; charset=utf-8", body: "<p>hello" });
  expect(await get(relay, "/index.html", "HEAD")).toMatchObject({ status: 200, body: "" });
  expect(await get(relay, "/sub/core.wasm")).toEqual({ status: 200, type: "application/wasm", body: "" });
  for (const path of [
    "/../secret.txt",
    "/%2e%2e/secret.txt",
    "/..%2fsecret.txt",
    "/sub/../../secret.txt",
    "//etc/passwd",
    "/link.txt",
    "/sub",
    "/%00",
    "/%",
  ])
    expect([path, (await get(relay, path)).status]).toEqual([path, 404]);
  expect((await get(relay, "/", "POST")).status).toBe(405);
  expect(await get(relay, "/healthz")).toMatchObject({ status: 200, body: "ok\n" });
  const a = await Raw.enter(relay.url, null);
  const { body } = await get(relay, "/metrics");
  expect(body).toContain("# TYPE instep_relay_rooms gauge\ninstep_relay_rooms 1\n");
  expect(body).toContain('instep_relay_dropped_total{why="slow"} 0\n');
  expect(body).not.toContain(a.code);
});

it("the command ends when it is asked to: all members are told, and it takes nobody in any more", async () => {
  const { child, ended } = start("netplay", "relay", "--port", "0", "--json");
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout!.once("data", (data) => resolve(String(data)));
    ended.then(({ err }) => reject(new Error(err)));
  });
  const { kind, url } = JSON.parse(line);
  expect(kind).toBe("listening");
  const a = await Raw.enter(url, null);
  const b = await Raw.enter(url, a.code);
  child.kill("SIGTERM");
  await until(() => expect([a.said.at(-1), b.said.at(-1)]).toEqual(Array(2).fill(["bye", "it shuts down", true])));
  const { code, out, err } = await ended;
  expect([code, err, a.closed, b.closed]).toEqual([0, "", 1001, 1001]);
  expect(
    out
      .trim()
      .split("\n")
      .map((text) => JSON.parse(text).kind),
  ).toEqual(["listening", "opened", "entered", "entered", "ended"]);
  const late = new Raw(url);
  await until(() => expect(late.closed).toBe(1006));
});
