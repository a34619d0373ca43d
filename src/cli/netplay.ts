import { type Command, InvalidArgumentError, Option } from "commander";
import { hostGame, type JoinFlags, joinGame, type NetplayFault, type NetplayFlags } from "./netplay-game.ts";
import { addRelay } from "./netplay-relay.ts";
import { coreOption, count, example, jsonOption, profileOption, setOption, withMoreRoms } from "./options.ts";

export function add(program: Command): Command {
  const netplay = program
    .command("netplay")
    .description("Plays a game with others, from the shell or the browser (docs/netplay.md).");
  const host = withMoreRoms(
    common(
      netplay
        .command("host")
        .argument("<rom>", "the game")
        .description("Opens a game for others to join, and plays in it as player 1."),
    ),
  )
    .addOption(coreOption())
    .addOption(setOption())
    .addOption(profileOption())
    .addOption(
      new Option("--players <n>", "how many play (default: 2; linked consoles: as many as there are)").argParser(
        within(1, 16),
      ),
    )
    .addOption(
      new Option("--delay <frames>", "frames between a pad and its effect, or auto: as the network needs")
        .argParser(delay)
        .default(2),
    )
    .addOption(
      new Option("--window <frames>", "frames that may be played on a guess and taken back; 0: lockstep")
        .argParser(within(0, 12))
        .default(9),
    )
    .addOption(
      new Option("--lag-limit <frames>", "wait for who is more frames behind").argParser(within(1, 120)).default(16),
    )
    .addOption(new Option("--lost <what>", "when a player is lost").choices(["wait", "go-on", "end"]).default("wait"))
    .option(
      "--listen <address:port>",
      "where its own relay listens, which it has unless --relay names one",
      "127.0.0.1:0",
    )
    .action(hostGame);
  example(host, "instep netplay host game.nes --listen 0.0.0.0:7070");
  const join = common(
    netplay
      .command("join")
      .argument("<where>", "the address that the host shows, or the room's code with --relay")
      .argument("<rom...>", "the game; linked consoles: all their games")
      .description("Plays in somebody's game. Whoever was cut off comes back with the same --key."),
  ).action((where: string, roms: string[], flags: NetplayFlags) => joinGame(where, roms, flags, "play"));
  example(join, "instep netplay join ws://192.168.1.5:7070/K7Q2MX game.nes --name Bo");
  const watch = common(
    netplay
      .command("watch")
      .argument("<where>", "the address that the host shows, or the room's code with --relay")
      .argument("<rom...>", "the game; linked consoles: all their games")
      .description("Watches somebody's game from its start, fast-forwarded, or from now on."),
  )
    .option("--now", "from now on, by a state from the host: into a native core only with --trust")
    .action((where: string, roms: string[], flags: JoinFlags) =>
      joinGame(where, roms, flags, flags.now ? "watch now" : "watch"),
    );
  example(watch, "instep netplay watch ws://192.168.1.5:7070/K7Q2MX game.nes");
  addRelay(netplay);
  for (const command of netplay.commands) command.exitOverride();
  return example(netplay, "instep netplay host game.nes --players 2");
}

/** What host, join and watch take. */
function common(command: Command): Command {
  return command
    .option("--name <name>", "as the others see it (default: the user's name)")
    .option("--key <file>", "the player's key, made when it is not there (default: one in the user's configuration)")
    .option("--relay <url>", "the relay to meet at: ws://HOST:PORT or wss://HOST")
    .option("--relayed", "send everything through the relay, nothing directly")
    .option("--stun <urls>", "STUN servers for direct connections, with commas", list, [])
    .option("--bot <name>", 'who plays: "random:SEED", or a JavaScript module (docs/replays.md)')
    .option("--save <file>", "save RAM of this player's console; linked consoles: written back at the end")
    .option("--trust <keys>", "load states of players with these keys into a native core too, with commas", list, [])
    .addOption(
      new Option(
        "--fault <what>",
        'for trials: "poke@FRAME" flips a byte of this machine there, "set:K=V" opens it with another option than it says',
      ).argParser(fault),
    )
    .addOption(new Option("--frames <n>", "end the session after so many").argParser(count))
    .option("-o, --out <file>", "the recording (default: the game, the room's code, the player)")
    .option("--no-record", "keep no recording")
    .option("--overwrite", "replace the recording if it is there already")
    .option("--no-view", "no picture in the terminal")
    .addOption(jsonOption());
}

const list = (text: string, before: string[]): string[] => [...before, ...text.split(",").map((one) => one.trim())];

function fault(text: string): NetplayFault {
  const poke = /^poke@(\d{1,9})$/.exec(text);
  const set = /^set:([^=]+)=(.*)$/.exec(text);
  if (poke) return { poke: Number(poke[1]) };
  if (set) return { set: { [set[1]!]: set[2]! } };
  throw new InvalidArgumentError('"poke@FRAME" or "set:NAME=VALUE" is meant.');
}

const within =
  (least: number, most: number) =>
  (text: string): number => {
    const number = count(text);
    if (number < least || number > most) throw new InvalidArgumentError(`A number from ${least} to ${most} is meant.`);
    return number;
  };

const delay = (text: string): number | "auto" => (text === "auto" ? "auto" : within(0, 30)(text));
