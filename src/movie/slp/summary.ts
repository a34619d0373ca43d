import { characterName, endName, stageName } from "./names.ts";
import type { Slp } from "./reader.ts";

/** What can be said of a player's game in a line. */
export interface PlayerSummary {
  readonly port: number;
  readonly character: string;
  readonly kind: "human" | "CPU" | "demo";
  /** Nametag, display name or netplay name, whichever there is. */
  readonly name: string | undefined;
  readonly stocksAtStart: number;
  readonly stocksAtEnd: number | undefined;
  readonly percentAtEnd: number | undefined;
  /** Frames at which a stock was lost. */
  readonly stocksLost: readonly number[];
}

/** Something that was seen as an item, from its first frame to its last. */
export interface ItemSummary {
  readonly spawn: number | undefined;
  readonly type: number;
  readonly first: number;
  readonly last: number;
  /** The port that owned it first; 0 for nobody, undefined where the version does not say. */
  readonly owner: number | undefined;
}

/** A recording's game in plain words and numbers. */
export interface SlpSummary {
  readonly version: string;
  readonly stage: string;
  readonly startedAt: string | undefined;
  readonly playedOn: string | undefined;
  readonly console: string | undefined;
  readonly online: boolean | undefined;
  readonly frames: number;
  readonly first: number;
  readonly last: number;
  readonly players: readonly PlayerSummary[];
  readonly items: number;
  readonly geckoBytes: number;
  readonly rollbackFrames: number;
  readonly end: string | undefined;
  readonly leftBy: number | undefined;
}

export function summarize(slp: Slp): SlpSummary {
  const { start, end, metadata } = slp;
  const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
  return {
    version: start.version,
    stage: stageName(start.stage),
    startedAt: text(metadata?.startAt),
    playedOn: text(metadata?.playedOn),
    console: text(metadata?.consoleNick),
    online: start.majorScene === undefined ? undefined : start.majorScene === 8,
    frames: slp.rows,
    first: slp.first,
    last: slp.last,
    players: start.players.map((player) => playerOf(slp, player.port)),
    items: itemsOf(slp).length,
    geckoBytes: slp.geckoCodes().length,
    rollbackFrames: slp.resent.length,
    end: end && endName(start.version, end.method),
    leftBy: end?.leftBy || undefined,
  };
}

function playerOf(slp: Slp, port: number): PlayerSummary {
  const player = slp.start.players.find((one) => one.port === port)!;
  const post = slp.tracks.find((track) => track.port === port && !track.follower)?.post;
  const stocks = post?.column("stocks");
  const stocksLost: number[] = [];
  let before = player.stocks;
  for (let row = 0; stocks && row < post!.length; row++) {
    if (!post!.has(row)) continue;
    if (stocks[row]! < before) stocksLost.push(slp.first + row);
    before = stocks[row]!;
  }
  const last = (post?.length ?? 0) - 1;
  return {
    port,
    character: characterName(player.character),
    kind: player.kind,
    name: player.displayName || player.nametag || netplayName(slp, port),
    stocksAtStart: player.stocks,
    stocksAtEnd: post?.value("stocks", last),
    percentAtEnd: post?.value("percent", last),
    stocksLost,
  };
}

function netplayName({ metadata }: Slp, port: number): string | undefined {
  const players = metadata?.players as Record<string, { names?: { netplay?: unknown } } | undefined> | undefined;
  const name = players?.[String(port - 1)]?.names?.netplay;
  return typeof name === "string" && name !== "" ? name : undefined;
}

/** All items by the order of their spawning; those of versions without a number are told apart by type alone. */
export function itemsOf(slp: Slp): ItemSummary[] {
  const { items } = slp;
  if (!items) return [];
  const [types, spawns, owners] = [items.column("type")!, items.column("spawn"), items.column("owner")];
  const seen = new Map<
    number,
    { spawn: number | undefined; type: number; first: number; last: number; owner: number | undefined }
  >();
  for (let row = 0; row < slp.rows; row++) {
    const { first, count } = slp.itemsOf(row);
    for (let i = first; i < first + count; i++) {
      const spawn = spawns?.[i];
      const item = seen.get(spawn ?? types[i]!);
      if (item) item.last = slp.first + row;
      else {
        const owner = owners && Math.max(0, owners[i]! + 1);
        seen.set(spawn ?? types[i]!, { spawn, type: types[i]!, first: slp.first + row, last: slp.first + row, owner });
      }
    }
  }
  return [...seen.values()];
}
