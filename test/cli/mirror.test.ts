import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import type { Mirrored } from "../../src/follow/mirror.node.ts";
import { ReplayReader, readReplay } from "../../src/replay/reader.ts";
import type { Replay } from "../../src/replay/replay.ts";
import { type Ended, scratch, start } from "../support/cli.ts";

const gleam = fileURLToPath(new URL("../../games/gleam/", import.meta.url));
const folder = scratch();
const open: { close(): void }[] = [];
afterAll(() => {
  for (const thing of open) thing.close();
});

/** Frames that a mirror joins late for: it loads a state when that saves it so many. */
const LATE = 300;

interface Live {
  readonly url: string;
  readonly file: string;
  /** Resolves when the recording is such. */
  until(is: (replay: Replay) => boolean): Promise<void>;
  /** Ctrl-C. */
  stop(): Promise<Ended>;
}

/** Records Gleam live, by its bot, and serves it, until it is stopped. */
async function recording(core: string): Promise<Live> {
  const file = join(folder, `${core}.isr`);
  const { child, ended } = start(
    ...["record", `${gleam}gleam.nes`, "--profile", `${gleam}profile.json`, "--bot", "gleam", "--core", core],
    ...["--keyframes", "150", "--serve", "--overwrite", "-o", file],
  );
  open.push({ close: () => child.kill("SIGKILL") });
  let said = "";
  const url = await new Promise<string>((resolve, reject) => {
    child.stderr!.on("data", (text) => {
      said += text;
      const found = /instep mirror (ws:\S+)/.exec(said);
      if (found) resolve(found[1]!);
    });
    child.on("exit", () => reject(new Error(said)));
  });
  return {
    url,
    file,
    until: (is) => until(file, is),
    stop() {
      child.kill("SIGINT");
      return ended;
    },
  };
}

/** Resolves when the recording is such. */
async function until(file: string, is: (replay: Replay) => boolean): Promise<void> {
  const reader = new ReplayReader(file);
  for (let at = 0; !reader.replay || !is(reader.replay); await sleep(100)) {
    const bytes = existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
    reader.push(bytes.subarray(at));
    at = bytes.length;
  }
}

const isLate = ({ keyframes }: Replay): boolean => keyframes.some((k) => k.verified && k.frame >= LATE);

/** A mirror in a process of its own. */
async function mirrored(from: string, ...flags: string[]): Promise<Ended & { it: Mirrored }> {
  const ended = await start("mirror", from, "--json", ...flags).ended;
  expect(ended.err, ended.out).not.toMatch(/instep: /);
  return { ...ended, it: JSON.parse(ended.out) as Mirrored };
}

/** A network that stands still for two seconds, and then loses the connection; only once. */
async function stalling(url: string, after: number): Promise<string> {
  const port = Number(new URL(url).port);
  const sockets = new Set<Socket>();
  let trouble = true;
  const server = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    for (const [a, b] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(a);
      a.pipe(b);
      a.on("error", () => {});
      a.on("close", () => b.destroy());
    }
    if (!trouble) return;
    trouble = false;
    setTimeout(() => far.unpipe(near).pause(), after);
    setTimeout(() => far.destroy(), after + 2000);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  open.push({
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  });
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const figures = (what: string, { it }: { it: Mirrored }): void => {
  const { median, p99, worst } = it.lateness!;
  const { joined, fastForwarded, reconnects } = it;
  console.log(`${what}: ${JSON.stringify({ median, p99, worst, joined, fastForwarded, reconnects })}`);
};

describe("a recording that is still made is mirrored", () => {
  it("on nestopia: from the start, joining late, over a network that stalls and breaks, from the file, and through a hiccup", {
    timeout: 90_000,
    // Time is measured: a computer that is busy with something else gets another chance.
    retry: 2,
  }, async () => {
    const live = await recording("nestopia");
    const copy = join(folder, "copy.isr");
    const early = [
      mirrored(live.url),
      mirrored(await stalling(live.url, 2500), "-o", copy, "--overwrite"),
      mirrored(live.file),
      mirrored(live.url, "--fault", "lag@222"),
    ] as const;
    await live.until(isLate);
    const late = mirrored(live.url, "--trust-states");
    await sleep(3000);
    expect((await live.stop()).code).toBe(0);
    const [first, broken, file, hiccup] = await Promise.all(early);
    const replay = readReplay(live.file, readFileSync(live.file));
    const { frames } = replay;
    for (const [what, one] of Object.entries({ first, broken, file, late: await late })) {
      figures(`nestopia, ${what}`, one);
      expect(one.code, what).toBe(0);
      expect(one.it, what).toMatchObject({
        frame: frames,
        frames,
        complete: true,
        inStep: true,
        differing: 0,
        desyncs: [],
      });
      expect(one.it.compared, what).toBe(frames - one.it.joined);
      // The others watch for too short a time, or two seconds of silence.
      if (what === "first" || what === "file") expect(one.it.lateness!.median, what).toBeLessThanOrEqual(6);
    }
    expect(first.it).toMatchObject({ joined: 0, states: "not trusted", reconnects: 0 });
    expect((await late).it.joined).toBeGreaterThanOrEqual(LATE);
    expect((await late).it.states).toBe("loaded");
    // What was held up was run after, every frame of it, and the bytes are all there once.
    expect(broken.it).toMatchObject({ joined: 0, reconnects: 1 });
    expect(broken.it.fastForwarded).toBeGreaterThan(80);
    expect(broken.it.lateness!.worst).toBeGreaterThan(80);
    expect(readFileSync(copy).equals(readFileSync(live.file))).toBe(true);

    expect(hiccup.code).toBe(1);
    expect(hiccup.it).toMatchObject({ frame: frames, complete: true, inStep: true });
    expect(hiccup.it.differing).toBeLessThan(40);
    const [desync] = hiccup.it.desyncs;
    expect(desync!.repaired).toBe("own state");
    expect(desync!.divergence.frame).toBeGreaterThanOrEqual(222);
    expect(desync!.divergence.frame).toBeLessThan(230);
    expect(hiccup.err).toMatch(/out of step: frame 22\d: .*\n.*why: /);

    // Each keyframe was verified while the recording went on, in order, but for the last ones.
    const verdicts = replay.keyframes.map(({ verified }) => verified);
    const tried = verdicts.indexOf(undefined);
    expect(tried).toBeGreaterThan(2);
    expect(verdicts.slice(0, tried).every((verdict) => verdict === true)).toBe(true);
    expect(verdicts.slice(tried).every((verdict) => verdict === undefined)).toBe(true);
  });

  it("on jsnes: from the start, and joining late with a state, which needs no trust there", {
    timeout: 90_000,
    // Time is measured: a computer that is busy with something else gets another chance.
    retry: 2,
  }, async () => {
    const live = await recording("jsnes");
    const early = mirrored(live.url);
    await live.until(isLate);
    const late = mirrored(live.url);
    await sleep(2000);
    expect((await live.stop()).code).toBe(0);
    const { frames } = readReplay(live.file, readFileSync(live.file));
    for (const [what, one] of Object.entries({ early: await early, late: await late })) {
      figures(`jsnes, ${what}`, one);
      expect(one.code, what).toBe(0);
      expect(one.it, what).toMatchObject({
        frame: frames,
        complete: true,
        inStep: true,
        differing: 0,
        states: "loaded",
      });
    }
    expect((await early).it.lateness!.median).toBeLessThanOrEqual(6);
    expect((await early).it.joined).toBe(0);
    expect((await late).it.joined).toBeGreaterThanOrEqual(LATE);
  });
});
