import { readFileSync } from "node:fs";
import { jsnes } from "../../src/machine/jsnes/index.ts";
import type { Machine } from "../../src/machine/machine.ts";
import { Participant, type PlayEvent } from "../../src/netplay/participant.ts";
import type { Wait } from "../../src/netplay/play.ts";
import { writePad } from "../../src/netplay/session/pads.ts";
import { newIdentity, realSuite } from "../../src/netplay/session/suite.ts";
import type { Transport } from "../../src/netplay/transport/transport.ts";
import { BotInput, randomBot } from "../../src/replay/bot.ts";

const content = {
  name: "gleam.nes",
  bytes: new Uint8Array(readFileSync(new URL("../../games/gleam/gleam.nes", import.meta.url))),
};

const openWith = (settings: Record<string, string> = {}): Promise<Machine> => jsnes.open({ content, settings });

/** A bot of that name (its seed) with jsnes, who hosts a game for two or joins one. */
export async function playerAt(
  transport: Transport,
  name: string,
  hosting: boolean,
  events: PlayEvent[],
  settings?: Record<string, string>,
  wait?: Wait,
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
    ...(hosting && { hosting: { machine, saves: [], profile: "", rules, seats: 2 } }),
    open: () => openWith(settings),
    takesStates: () => true,
    ...(wait && { wait }),
    pad: (played, seat, into) => {
      bot ??= new BotInput(randomBot, played, name);
      bot.beginFrame?.(played.frame);
      writePad(bot.poll(seat), 0, "pad", into);
    },
    onEvent: (event) => events.push(event),
  });
}
