import { afterEach, expect, it, vi } from "vitest";
import type { Participant, PlayEvent } from "../../src/netplay/participant.ts";
import { Relay, type RelayOptions } from "../../src/netplay/relay/relay.node.ts";
import { joinRoom, openRoom, type Room, type RoomOptions } from "../../src/netplay/transport/room.ts";
import { connect, nodeRtc } from "../../src/netplay/transport/rtc.node.ts";
import type { Direct, DirectEvents, DirectMaker } from "../../src/netplay/transport/rtc.ts";
import { playerAt } from "../support/players.ts";

vi.setConfig({ testTimeout: 40_000 });

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

async function relayAt(options: RelayOptions = {}): Promise<Relay> {
  const relay = await Relay.open(options);
  open.push(relay);
  return relay;
}

/** Somebody in a room, and what they were told. */
interface Guest {
  readonly room: Room;
  readonly notices: string[];
  readonly came: string[];
  readonly went: string[];
  readonly datagrams: [string, ...number[]][];
  lost: string | undefined;
}

async function enter(url: string, options: Partial<RoomOptions> & { code?: string } = {}): Promise<Guest> {
  const enters = /\/[^/]{6}$/.test(url) || options.code ? joinRoom : openRoom;
  const room = await enters({ url, connect, ...options });
  open.push(room);
  const guest: Guest = { room, notices: [], came: [], went: [], datagrams: [], lost: undefined };
  room.onNotice = (line) => guest.notices.push(line);
  room.onPeer = (peer, here) => (here ? guest.came : guest.went).push(peer);
  room.onDatagram = (from, datagram) => guest.datagrams.push([from, ...datagram]);
  room.onLost = (why) => {
    guest.lost = why;
  };
  return guest;
}

const soon = () => new Promise((resolve) => setTimeout(resolve, 200));
const until = (check: () => unknown, timeout = 15_000) => vi.waitFor(check, { timeout, interval: 10 });
const wayOf = ({ room }: Guest): string | undefined => room.stats()[0]?.way;

/** Two bots with jsnes in a room. */
async function play(a: Room, b: Room): Promise<[Participant, Participant, PlayEvent[], PlayEvent[]]> {
  const events: [PlayEvent[], PlayEvent[]] = [[], []];
  const ada = await playerAt(a, "1", true, events[0]);
  const bo = await playerAt(b, "2", false, events[1]);
  open.push({ close: () => ada.play.stop() }, { close: () => bo.play.stop() });
  ada.play.start();
  bo.play.start();
  return [ada, bo, ...events];
}

const agreed = ({ session }: Participant): number => session.game?.agreed ?? 0;

function expectSameRun(ada: Participant, bo: Participant, frame: number): void {
  const [mine, theirs] = [ada.session.game!, bo.session.game!];
  expect(mine.chain.link(frame)).toBe(theirs.chain.link(frame));
  expect([mine.stats.desyncs, theirs.stats.desyncs]).toEqual([0, 0]);
}

it("two play through the relay alone; when it ends for good, each is told so in one plain line", async () => {
  const relay = await relayAt();
  const a = await openRoom({ url: relay.url, connect, patience: 600 });
  const b = await joinRoom({ url: a.url, connect, patience: 600 });
  open.push(a, b);
  const notices: string[] = [];
  a.onNotice = (line) => notices.push(line);
  const [ada, bo] = await play(a, b);
  await until(() => expect(agreed(bo)).toBeGreaterThan(60));
  expectSameRun(ada, bo, 60);
  expect(a.stats()).toEqual([
    { peer: b.self, way: "relayed", bytesSent: expect.any(Number), bytesReceived: expect.any(Number) },
  ]);
  expect(relay.metrics.bytes).toBeGreaterThan(1000);
  await relay.close();
  await until(() => expect([ada.session.ended, bo.session.ended]).not.toContain(undefined));
  expect(notices).toEqual([`the relay ${relay.url} is gone (it shuts down); trying to reach it again`]);
  for (const { session } of [ada, bo])
    expect(session.ended).toMatch(
      /^the relay ws:\/\/127\.0\.0\.1:\d+ cannot be reached any more \(.+\), and nobody is connected directly$/,
    );
});

it("two play directly; the relay may end and come back meanwhile, and they are in its room again", async () => {
  const relay = await relayAt();
  const direct = await nodeRtc();
  const a = await openRoom({ url: relay.url, connect, direct });
  const b = await joinRoom({ url: a.url, connect, direct });
  open.push(a, b);
  const notices: string[] = [];
  b.onNotice = (line) => notices.push(line);
  const [ada, bo] = await play(a, b);
  await until(() => expect([...a.stats(), ...b.stats()].map(({ way }) => way)).toEqual(["direct", "direct"]));
  await until(() => expect(agreed(bo)).toBeGreaterThan(30));
  const { datagrams } = relay.metrics;
  const { port } = relay;
  await relay.close();
  const before = agreed(bo);
  await until(() => expect(agreed(bo)).toBeGreaterThan(before + 60));
  expectSameRun(ada, bo, before + 60);
  expect(relay.metrics.datagrams).toBeLessThan(datagrams + 5);
  const second = await relayAt({ port });
  await until(() => expect(notices).toHaveLength(2));
  expect(notices).toEqual([
    `the relay ${second.url} is gone (it shuts down); the game goes on without it; trying to reach it again`,
    `the relay ${second.url} is back`,
  ]);
  const third = await enter(a.url);
  await until(() => expect(third.room.peers.toSorted()).toEqual([a.self, b.self].toSorted()));
  expect(b.code).toBe(a.code);
});

it("a relay that begins anew in mid-game is found again, and play goes on through it", async () => {
  const relay = await relayAt();
  const a = await openRoom({ url: relay.url, connect });
  const b = await joinRoom({ url: a.url, connect });
  open.push(a, b);
  const [ada, bo] = await play(a, b);
  await until(() => expect(agreed(bo)).toBeGreaterThan(30));
  const { port } = relay;
  await relay.close();
  const before = agreed(bo);
  const second = await relayAt({ port });
  await until(() => expect(agreed(bo)).toBeGreaterThan(before + 60));
  expectSameRun(ada, bo, before + 60);
  expect(second.metrics.datagrams).toBeGreaterThan(30);
});

/** Direct ways that can be made to break. */
function breakable(make: DirectMaker): { direct: DirectMaker; silence(on: boolean): void; break(): void } {
  let silent = false;
  let last: [Direct, DirectEvents] | undefined;
  const direct: DirectMaker = (offers, on) => {
    const made = make(offers, { ...on, datagram: (bytes) => silent || on.datagram(bytes) });
    last = [made, on];
    return {
      ...made,
      signal: (text) => made.signal(text),
      close: () => made.close(),
      send: (datagram) => silent || made.send(datagram),
    };
  };
  return {
    direct,
    silence: (on) => {
      silent = on;
    },
    break: () => {
      last![0].close();
      last![1].closed();
    },
  };
}

it("the relay brings what a direct way does not, where that broke and where it only fell silent", async () => {
  const relay = await relayAt();
  const make = (await nodeRtc())!;
  const { direct, silence, break: breakIt } = breakable(make);
  const a = await enter(relay.url, { direct });
  const b = await enter(a.room.url, { direct: make });
  let said = 0;
  const speech = setInterval(() => {
    a.room.send(b.room.self, Uint8Array.of(++said >> 8, said));
    b.room.send(a.room.self, Uint8Array.of(said >> 8, said));
  }, 50);
  open.push({ close: () => clearInterval(speech) });
  const hear = async () => {
    const now = said;
    for (const guest of [a, b]) {
      guest.datagrams.length = 0;
      await until(() => expect(guest.datagrams.some(([, high, low]) => high! * 256 + low! > now)).toBe(true));
    }
  };
  const bothDirect = () => until(() => expect([wayOf(a), wayOf(b)]).toEqual(["direct", "direct"]));
  await bothDirect();
  breakIt();
  await until(() => expect([wayOf(a), wayOf(b)]).toEqual(["relayed", "relayed"]));
  await hear();
  await bothDirect();
  silence(true);
  await hear();
  const { datagrams } = relay.metrics;
  await hear();
  expect(relay.metrics.datagrams).toBeGreaterThan(datagrams);
  silence(false);
  await until(() => {
    const before = relay.metrics.datagrams;
    return soon().then(() => expect(relay.metrics.datagrams).toBe(before));
  });
  await hear();
  expect([a.went, b.went]).toEqual([[], []]);
});

it("tells who comes and who leaves, by name and at once", async () => {
  const relay = await relayAt();
  const a = await enter(relay.url);
  const b = await enter(relay.url, { code: a.room.code.toLowerCase() });
  const c = await enter(`${relay.url.replace("ws", "http")}/#${a.room.code}`, { code: a.room.code });
  await until(() => expect(a.came).toEqual([b.room.self, c.room.self]));
  expect(c.room.peers.toSorted()).toEqual([a.room.self, b.room.self].toSorted());
  b.room.close();
  await until(() => expect([a.went, c.went]).toEqual([[b.room.self], [b.room.self]]));
  expect(a.room.peers).toEqual([c.room.self]);
});

it("who cannot come in is told why in one plain line", async () => {
  const relay = await relayAt({ limits: { members: 2 } });
  const a = await enter(relay.url);
  await enter(a.room.url);
  await expect(enter(a.room.url)).rejects.toThrow(`${relay.url}: the room is full (2)`);
  const wrong = a.room.code === "AAAAAA" ? "BBBBBB" : "AAAAAA";
  await expect(enter(relay.url, { code: wrong })).rejects.toThrow(
    `${relay.url}: there is no room ${wrong} (any more); ask for its code again`,
  );
  await expect(enter(relay.url, { code: "AAA0" })).rejects.toThrow("AAA0: this is no code of a room");
  await expect(enter("relay.example")).rejects.toThrow("relay.example: a relay is named like ws://HOST:PORT");
  const forbidden = () => {
    throw new Error("not from here");
  };
  await expect(enter(relay.url, { connect: forbidden })).rejects.toThrow("cannot be reached (not from here);");
  await relay.close();
  await expect(enter(relay.url)).rejects.toThrow(/^ws:.*: the relay cannot be reached \(.*ECONNREFUSED.*\); is it/);
  await expect(nodeRtc(["stun.example.org"])).rejects.toThrow("stun.example.org: a STUN server is named like");
});
