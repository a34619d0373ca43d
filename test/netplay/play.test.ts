import { expect, it, vi } from "vitest";
import type { PlayEvent } from "../../src/netplay/participant.ts";
import { MemoryRoom } from "../../src/netplay/transport/memory.ts";
import type { Transport } from "../../src/netplay/transport/transport.ts";
import { playerAt } from "../support/players.ts";

vi.setConfig({ testTimeout: 30_000 });

/** Two ends of a wire, some milliseconds apart. */
function wire(delay: number): [Transport, Transport] {
  const room = new MemoryRoom(delay);
  return [room.enter("a"), room.enter("b")];
}

it("two consoles play in real time over a wire of 40 ms, in step and at full speed", async () => {
  const [a, b] = wire(20);
  const events: PlayEvent[][] = [[], []];
  const ada = await playerAt(a, "1", true, events[0]!);
  const bo = await playerAt(b, "2", false, events[1]!);
  const stopped = new Promise<void>((resolve) => {
    bo.play.onStop = () => resolve();
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
  const kinds = events[0]!.map(({ kind }) => kind).filter((kind) => kind !== "lobby");
  expect(kinds).toEqual(["joined", "started", "ended"]);
});

it("whoever's timer strikes too early tells nothing twice for that", async () => {
  const early = (milliseconds: number, then: () => void) => {
    const timer = setTimeout(then, milliseconds > 5 ? Math.floor(milliseconds) - 1 : milliseconds);
    return () => clearTimeout(timer);
  };
  const [a, b] = wire(5);
  const [ada, bo] = [await playerAt(a, "1", true, [], {}, early), await playerAt(b, "2", false, [], {}, early)];
  ada.play.start();
  bo.play.start();
  const stopped = new Promise<void>((resolve) => {
    bo.play.onStop = () => resolve();
  });
  const frame = () => ada.session.game?.frame ?? 0;
  await vi.waitFor(() => expect(frame()).toBeGreaterThan(60), { timeout: 20_000, interval: 20 });
  const [peer] = ada.session.peers;
  const [from, before] = [frame(), peer!.link.datagramsSent];
  await vi.waitFor(() => expect(frame()).toBeGreaterThan(from + 180), { timeout: 20_000, interval: 20 });
  expect((peer!.link.datagramsSent - before) / (frame() - from)).toBeLessThan(1.3);
  ada.session.end("that is enough");
  await stopped;
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
  expect(events[0]).toContainEqual({ kind: "refused", name: "Bo", why: bo.session.ended });
  ada.play.stop();
});
