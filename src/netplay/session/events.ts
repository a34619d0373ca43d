import type { Boot } from "../../machine/boot.ts";
import type { Offer } from "./lobby.ts";
import type { MendingHost } from "./mending.ts";
import type { RosterEntry, Waiting } from "./messages.ts";
import type { PresenceEvent } from "./presence.ts";

/** What a session tells whoever runs it, in order. */
export type SessionEvent =
  /** Open the machine so, then call `opened`. */
  | ({ readonly kind: "open" } & Offer)
  /** The host's machine is to be opened again with this save RAM, one of each player; then call `opened`. */
  | { readonly kind: "gathered"; readonly boot: Boot; readonly saves: readonly (Uint8Array | undefined)[] }
  /** Save RAM on its way here, in bytes. */
  | { readonly kind: "save"; readonly received: number; readonly size: number }
  | { readonly kind: "joined"; readonly name: string; readonly seat: number }
  /** Somebody was not let in, or this one was not. */
  | { readonly kind: "refused"; readonly name: string; readonly why: string }
  /** Before the game: who is here, of how many that play. */
  | { readonly kind: "lobby"; readonly people: readonly Waiting[]; readonly seats: number }
  | { readonly kind: "started"; readonly players: readonly RosterEntry[] }
  | { readonly kind: "said"; readonly name: string; readonly text: string }
  | { readonly kind: "paused"; readonly name: string; readonly on: boolean }
  | PresenceEvent
  /** The others played on without this one, which catches up; and somebody is back, this one or another. */
  | { readonly kind: "fallen" }
  | { readonly kind: "back"; readonly name: string; readonly seat: number }
  /** Who watches came to other fingerprints than the players, at that frame at the latest. */
  | { readonly kind: "parted"; readonly frame: number }
  | { readonly kind: "ended"; readonly why: string };

/** What a session wants of whoever runs its machine. */
export interface SessionHost extends MendingHost {
  /** All players' inputs of `count` settled frames from `first` on, for those who follow. */
  inputs(first: number, count: number): Uint8Array;
  /** Bring the machine back to a settled frame, at most `frame`; returns which. */
  rewind(frame: number): number;
  /** The newest state on which all agree, for one who watches from now on. */
  keyframe(): { readonly frame: number; readonly state: Uint8Array } | undefined;
  /** Go on from a peer's state; false where this core takes none. */
  startFrom(frame: number, state: Uint8Array): boolean;
}
