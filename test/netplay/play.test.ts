import { readFileSync } from "node:fs";
import { expect, it, vi } from "vitest";
import { jsnes } from "../../src/machine/jsnes/index.ts";
import type { Machine } from "../../src/machine/machine.ts";
import { Participant, type PlayEvent } from "../../src/netplay/participant.ts";
import { writePad } from "../../src/netplay/session/pads.ts";
import { newIdentity, realSuite } from "../../src/netplay/session/suite.ts";
import type { PeerId, Transport } from "../../src/netplay/transport/transport.ts";
import { BotInput, randomBot } from "../../src/replay/bot.ts";
import { defaultProfile } from "../../src/watch/profile.ts";

vi.setConfig({ testTimeout: 30_000 });

/** Two ends of a wire, some milliseconds apart. */
function wire(delay: number): [Transport, Transport] {
  const end = (self: PeerId, other: PeerId): Transport => ({
    self,
    peers: [other],
    send: (_, datagram) => void setTimeout(() => ends[other]!.onDatagram(self, datagram), delay),
    onDatagram: () => {},
    onPeer: () => {},
    onLost: () => {},
    close: () => {},
  });
  const ends: Record<PeerId, Transport> = { a: end("a", "b"), b: end("b", "a") };
  return [ends.a!, ends.b!];
}

const content = {
  name: "gleam.nes",
  bytes: new Uint8Array(readFileSync(new URL("../../games/gleam/gleam.nes", import.meta.url))),
};

const openWith = (settings: Record<string, string> = {}): Promise<Machine> => jsnes.open({ content, settings });

async function playerAt(
  transport: Transport,
  name: string,
  hosting: boolean,
  events: PlayEvent[],
  settings?: Record<string, string>,
): Promise<Participant> {
  const rules = {
    device: "pad" as const,
    delay: 2,
    window: 6,
    lagLimit: 16,
    lost: "end" as const,
    fps: { num: 60, den: 1 },
  };
  const machine = await openWith();
  let bot: BotInput | undefined;
  return new Participant({
    transport,
    suite: realSuite(newIdentity()),
    room: Uint8Array.of(7),
    name,
    mode: "play",
    games: [machine.boot.content],
    save: undefined,
    ...(hosting && { hosting: { machine, saves: [], rules, seats: 2 } }),
    open: () => openWith(settings),
    profileOf: ({ memory }) => defaultProfile(memory),
    takesStates: () => true,
    pad: (played, seat, into) => {
      bot ??= new BotInput(randomBot, played, name);
      bot.beginFrame?.(played.frame);
      writePad(bot.poll(seat), 0, "pad", into);
    },
    onEvent: (event) => events.push(event),
  });
}

it("two consoles play in real time over a wire of 40 ms, in step and at full speed", async () => {
  const [a, b] = wire(20);
  const events: PlayEvent[][] = [[], []];
  const ada = await playerAt(a, "1", true, events[0]!);
  const bo = await playerAt(b, "2", false, events[1]!);
  const stopped = new Promise<void>((resolve) => {
    bo.play.onStop = resolve;
  });
  ada.play.start();
  bo.play.start();
  await vi.waitFor(() => expect(bo.session.game?.agreed ?? 0).toBeGreaterThan(240), { timeout: 20_000, interval: 50 });
  const [mine, theirs] = [ada.session.game!, bo.session.game!];
  expect(mine.chain.link(240)).toBe(theirs.chain.link(240));
  expect([mine.stats.desyncs, theirs.stats.desyncs]).toEqual([0, 0]);
  ada.session.end("that is enough");
  await stopped;
  expect(events[1]!.at(-1)).toEqual({ kind: "ended", why: "1: that is enough" });
  expect(events[0]!.map(({ kind }) => kind)).toEqual(["joined", "started", "ended"]);
});

it("a machine with another option is refused, and both are told in one line what differs", async () => {
  const [a, b] = wire(1);
  const events: PlayEvent[][] = [[], []];
  const ada = await playerAt(a, "Ada", true, events[0]!);
  const bo = await playerAt(b, "Bo", false, events[1]!, { ram: "ff" });
  ada.play.start();
  bo.play.start();
  await vi.waitFor(() => expect(bo.session.ended).toBeDefined(), { timeout: 10_000 });
  expect(bo.session.ended).toMatch(
    /^Bo's machine differs: settings\.ram is ff, the host's jsnes \(and 1 more: ramFill\)$/,
  );
  expect(events[0]!.at(-1)).toEqual({ kind: "refused", name: "Bo", why: bo.session.ended });
  ada.play.stop();
});
