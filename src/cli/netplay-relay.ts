import { type Command, InvalidArgumentError, Option } from "commander";
import { LIMITS } from "../netplay/relay/limits.ts";
import { Relay } from "../netplay/relay/relay.node.ts";
import type { RelayEvent } from "../netplay/relay/rooms.node.ts";
import { builtPage } from "./netplay-page.ts";
import { count, example } from "./options.ts";

interface RelayFlags {
  host: string;
  port: number;
  page?: string | false;
  trustProxy?: boolean;
  maxRooms: number;
  maxMembers: number;
  maxConnections: number;
  perAddress: number;
  messagesPerAddress: number;
  bytesPerAddress: number;
  messagesPerRoom: number;
  bytesPerRoom: number;
  idle: number;
  json?: boolean;
}

/** Adds `relay` to the command `netplay`. */
export function addRelay(netplay: Command): Command {
  const limit = (flag: string, what: string, standard: number) =>
    new Option(flag, what).argParser(between(1, 1e9)).default(standard);
  const command = netplay
    .command("relay")
    .description("Serves rooms in which players find each other, and carries between them what cannot go directly.")
    .option("--host <address>", "where to listen; 0.0.0.0 or :: for all of this computer's addresses", "127.0.0.1")
    .addOption(new Option("--port <n>", "0: one that is free").argParser(between(0, 65535)).default(7070))
    .option("--page <folder>", "serve the files of this folder (default: the page that comes with Instep)")
    .option("--no-page", "serve no files")
    .option("--trust-proxy", "a proxy stands before it: take addresses from its X-Forwarded-For")
    .addOption(limit("--max-rooms <n>", "rooms at a time", LIMITS.rooms))
    .addOption(new Option("--max-members <n>", "members of a room").argParser(between(2, 256)).default(LIMITS.members))
    .addOption(limit("--max-connections <n>", "connections at a time", LIMITS.connections))
    .addOption(limit("--per-address <n>", "connections of one address", LIMITS.addressConnections))
    .addOption(limit("--messages-per-address <n>", "messages a second from one address", LIMITS.addressMessages))
    .addOption(limit("--bytes-per-address <n>", "bytes a second from one address", LIMITS.addressBytes))
    .addOption(limit("--messages-per-room <n>", "messages a second in one room", LIMITS.roomMessages))
    .addOption(limit("--bytes-per-room <n>", "bytes a second in one room", LIMITS.roomBytes))
    .addOption(limit("--idle <seconds>", "close rooms that nobody used for so long", LIMITS.idle))
    .option("--json", "print what happens as lines of JSON, for machines")
    .action(run);
  return example(
    command,
    "instep netplay relay --host 0.0.0.0                     on a computer that all can reach,",
    "instep netplay host game.nes --relay ws://HOST:7070     on a player's",
  );
}

function between(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = count(text);
    if (value < least || value > most) throw new InvalidArgumentError(`${least} to ${most} is meant.`);
    return value;
  };
}

async function run(flags: RelayFlags): Promise<void> {
  const page = flags.page === false ? undefined : (flags.page ?? builtPage());
  const relay = await Relay.open({
    host: flags.host,
    port: flags.port,
    page,
    trustProxy: flags.trustProxy,
    limits: {
      rooms: flags.maxRooms,
      members: flags.maxMembers,
      connections: flags.maxConnections,
      addressConnections: flags.perAddress,
      addressMessages: flags.messagesPerAddress,
      addressBytes: flags.bytesPerAddress,
      roomMessages: flags.messagesPerRoom,
      roomBytes: flags.bytesPerRoom,
      idle: flags.idle,
    },
    ...(flags.json && { onEvent: (event: RelayEvent) => console.log(JSON.stringify(event)) }),
  });
  const { url } = relay;
  console.log(flags.json ? JSON.stringify({ kind: "listening", url }) : `relay: ${url}`);
  if (page !== undefined && !flags.json) console.log(`page:  ${url.replace(/^ws/, "http")}`);
  const signal = await new Promise<string>((resolve) => {
    for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, resolve);
  });
  await relay.close();
  console.log(flags.json ? JSON.stringify({ kind: "ended", signal }) : "relay: ended; all members were told");
}
