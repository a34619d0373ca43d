import { byId } from "./dom.ts";
import type { PageGame } from "./game.ts";
import type { Setup } from "./setup.ts";
import type { Speaker } from "./speaker.ts";
import type { View } from "./view.ts";

interface Page {
  readonly game: PageGame | undefined;
  readonly view: View;
  readonly setup: Setup;
  readonly speaker: Speaker;
}

/** How the page stands, for whoever tests it. */
export function statusOf({ game, view, setup, speaker }: Page) {
  const { session } = game?.participant ?? {};
  const { stats, delay, paused } = session?.game ?? {};
  return {
    state: view.state,
    rom: setup.rom?.name,
    code: game?.room.code,
    seat: session?.seat,
    stats,
    delay,
    paused,
    frame: session?.steps?.frame ?? 0,
    agreed: Math.min(session?.steps?.agreed ?? 0, session?.lastFrame ?? Number.POSITIVE_INFINITY),
    ways: game?.room.stats().map(({ way }) => way),
    bytes: game && { bytesSent: game.room.bytesSent, bytesReceived: game.room.bytesReceived },
    evidence: game?.evidence.map(({ frame }) => frame),
    ended: session?.ended,
    /** Sample frames that were heard. */
    heard: speaker.heard,
    fault: byId("fault").textContent,
    lines: [...view.lines],
  };
}
