import { readFileSync } from "node:fs";
import { expect, it, vi } from "vitest";
import { jsnes } from "../../src/machine/jsnes/index.ts";
import { Play } from "../../src/netplay/play.ts";
import { Runner } from "../../src/netplay/runner.ts";
import { writePad } from "../../src/netplay/session/pads.ts";
import { Session, type SessionEvent } from "../../src/netplay/session/session.ts";
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

async function runnerOf(settings: Record<string, string> = {}): Promise<Runner> {
  const machine = await jsnes.open({ content, settings });
  const profile = defaultProfile(machine.memory);
  return new Runner({
    machine,
    profile,
    device: "pad",
    open: () => jsnes.open({ content, settings }),
    takeStates: true,
  });
}

async function playerAt(
  transport: Transport,
  name: string,
  hosting: boolean,
  events: SessionEvent[],
  settings?: Record<string, string>,
) {
  const runner = hosting ? await runnerOf() : undefined;
  const boot = runner?.machine.boot;
  const game = {
    content: { name: content.name, sha256: (boot ?? (await runnerOf()).machine.boot).content.sha256 },
    core: "jsnes",
  };
  let opened = runner;
  const rules = {
    device: "pad" as const,
    delay: 2,
    window: 6,
    lagLimit: 16,
    lost: "end" as const,
    fps: { num: 60, den: 1 },
  };
  const session = new Session({
    suite: realSuite(newIdentity()),
    room: Uint8Array.of(7),
    id: new Uint8Array(16),
    name,
    game,
    ...(runner && { hosting: { boot: boot!, print: runner.print, save: undefined, rules, seats: 2 } }),
    host: {
      memory: (frame) => opened?.memory(frame),
      desync: (drift) => opened?.desync(drift),
      replay: (way, from, to, offered) => void opened?.replay(way, from, to, offered),
      stateAt: (frame) => opened?.stateAt(frame),
      inputs: (first, count) => opened!.inputs(first, count),
      rewind: (frame) => opened!.rewind(frame),
      resumed: (frame) => opened?.resumed(frame),
      failed: (why) => opened?.failed(why),
    },
  });
  let bot: BotInput | undefined;
  const play = new Play({
    transport,
    session,
    ...(runner && { runner }),
    open: async () => {
      opened = await runnerOf(settings);
      return opened;
    },
    pad: ({ machine }, into) => {
      bot ??= new BotInput(randomBot, machine, name);
      bot.beginFrame?.(machine.frame);
      writePad(bot.poll(session.seat), 0, "pad", into);
    },
    onEvent: (event) => events.push(event),
  });
  return { play, session };
}

it("two consoles play in real time over a wire of 40 ms, in step and at full speed", async () => {
  const [a, b] = wire(20);
  const events: SessionEvent[][] = [[], []];
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
  const events: SessionEvent[][] = [[], []];
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
