import type { Boot } from "../../machine/boot.ts";
import { differs, type Opened, offer } from "./door.ts";
import type { Game } from "./game.ts";
import type { Rules } from "./messages.ts";
import type { Peer } from "./peer.ts";

/** Players whose process began anew and who want in again: whoever leads gives them their seat back, once they count as away. */
export class Readmission {
  readonly #waiting = new Map<Peer, "asked" | "offered">();

  /** `peer` says anew that it wants to join. It is nowhere else in the game, so nobody need wait until it is lost. */
  ask(peer: Peer, game: Game | undefined): void {
    this.#waiting.set(peer, "asked");
    game?.presence.dismissed.add(peer.seat);
    game?.presence.anew.add(peer.seat);
  }

  update({ seats }: Game, id: Uint8Array, opened: Opened, rules: Rules): void {
    if (!seats.leads) return;
    for (const [peer, stage] of this.#waiting) {
      if (stage === "offered" || !seats.away.has(peer.seat)) continue;
      this.#waiting.set(peer, "offered");
      offer(peer, id, peer.seat, opened, rules);
    }
  }

  /** Whether this peer is one of them, and has opened its machine now. */
  has(peer: Peer): boolean {
    return this.#waiting.has(peer);
  }

  /** Its machine is open: why it will not do, in words. */
  ready(peer: Peer, opened: Opened, boot: Boot, print: string): string | undefined {
    this.#waiting.delete(peer);
    return differs(opened, peer.name, boot, print);
  }

  forget(peer: Peer): void {
    this.#waiting.delete(peer);
  }
}
