import type { Command } from "commander";
import { followSlp, type SlpNews } from "../follow/slp-follow.node.ts";
import type { Slp } from "../movie/slp/reader.ts";
import { summarize } from "../movie/slp/summary.ts";
import { example } from "./options.ts";

interface FollowFlags {
  untilEnd?: boolean;
  json?: boolean;
}

export function addFollow(slp: Command): void {
  const command = slp
    .command("follow")
    .argument("<file>", "a Slippi recording (.slp) that is being written")
    .description("Reads a recording while the game is played: a line for each stock, or every final frame as JSON.")
    .option("--until-end", "wait for the game's end, however long nothing comes (default: 30 seconds)")
    .option("--json", "print the start, each final frame and the end as lines of JSON, for machines")
    .action(run);
  example(
    command,
    "instep slp follow Game_20261121T1900.slp",
    "instep slp follow Game_20261121T1900.slp --json | my-overlay",
  );
}

async function run(file: string, flags: FollowFlags): Promise<void> {
  const interrupted = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => interrupted.abort());
  const teller = flags.json ? asJson : new Teller(file).tell;
  const patience = flags.untilEnd ? { patience: Number.POSITIVE_INFINITY } : {};
  let begun = false;
  for await (const news of followSlp(file, { signal: interrupted.signal, ...patience })) {
    teller(news, !begun);
    begun = true;
  }
}

/** Lines of JSON: {"start"}, {"frame"} for each final frame, {"end"}. */
function asJson({ slp, from, to, over }: SlpNews, first: boolean): void {
  if (first) console.log(JSON.stringify({ start: slp.start }));
  for (let frame = from; frame <= to; frame++) console.log(JSON.stringify(frameOf(slp, frame)));
  if (over) console.log(JSON.stringify({ end: slp.end ?? null, lastFrame: to, metadata: slp.metadata ?? null }));
}

function frameOf(slp: Slp, frame: number): object {
  const row = frame - slp.first;
  const players = slp.tracks.flatMap(({ port, follower, pre, post }) => {
    if (!post.has(row)) return [];
    const value = (name: string): number | undefined => post.value(name, row);
    return {
      port,
      ...(follower && { follower }),
      x: value("x"),
      y: value("y"),
      percent: value("percent"),
      stocks: value("stocks"),
      action: value("action"),
      buttons: pre.value("physicalButtons", row),
    };
  });
  return { frame, seed: slp.frames?.value("seed", row), players, items: slp.itemsOf(row).count };
}

/** Tells people what happens. */
class Teller {
  readonly #file: string;
  readonly #stocks = new Map<number, number>();
  #shown = 0;

  constructor(file: string) {
    this.#file = file;
  }

  readonly tell = ({ slp, from, to, over }: SlpNews, first: boolean): void => {
    if (first) {
      const { stage, version, players } = summarize(slp);
      const who = players.map(({ port, character, name }) => `port ${port} ${character}${name ? ` (${name})` : ""}`);
      this.#say(`${this.#file}: Slippi ${version}, ${stage}: ${who.join(", ")}`);
    }
    for (let frame = from; frame <= to; frame++) this.#stocksAt(slp, frame);
    const now = performance.now();
    if (process.stderr.isTTY && now - this.#shown > 100 && !over) {
      this.#shown = now;
      process.stderr.write(`\r\x1b[2Kframe ${to}`);
    }
    if (!over) return;
    const { end, leftBy, players } = summarize(slp);
    this.#say(`end: frame ${to}, ${end ?? "without a game end"}${leftBy ? `, left by port ${leftBy}` : ""}`);
    for (const { port, character, stocksAtEnd, percentAtEnd } of players)
      this.#say(`port ${port}: ${character}, ${stocksAtEnd ?? "?"} stocks, ${percentAtEnd?.toFixed(1) ?? "?"}%`);
  };

  #stocksAt(slp: Slp, frame: number): void {
    for (const { port, follower, post } of slp.tracks) {
      const stocks = follower ? undefined : post.value("stocks", frame - slp.first);
      if (stocks === undefined) continue;
      const before = this.#stocks.get(port);
      if (before !== undefined && stocks < before)
        this.#say(`frame ${frame}: port ${port} loses a stock, ${stocks} left`);
      this.#stocks.set(port, stocks);
    }
  }

  #say(line: string): void {
    if (this.#shown > 0) process.stderr.write("\r\x1b[2K");
    console.log(line);
  }
}
