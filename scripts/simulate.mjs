// npm run simulate -- [--seeds N] [--from SEED] [--game ROM [--frames N]] [--json]: plays whole netplay sessions in virtual time, each from its
// seed. Prints what they came to on each kind of network, and the seed of each that went wrong (exit code 1). A seed alone plays that one:
// --seeds 1 --from 123. With a game two players play it on the embedded core for it; without, up to eight play one that only adds.
// --network ONEWAY,JITTER,LOSS (ms, ms, percent): only that network and nothing else, for two players. --json: a line for each session.
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";

if (!isMainThread) {
  const { simulate } = await import("../dist/netplay/sim/scenarios.js");
  const { from, seeds, step, game, frames } = workerData;
  const real = game && (await realGame(game, Number(frames)));
  for (let seed = from; seed < seeds; seed += step)
    parentPort.postMessage(await simulate(seed, real, workerData.weather));
} else {
  const { values } = parseArgs({
    options: {
      seeds: { type: "string", default: "1000" },
      from: { type: "string", default: "1" },
      game: { type: "string" },
      frames: { type: "string", default: "300" },
      network: { type: "string" },
      json: { type: "boolean", default: false },
    },
  });
  const [from, count] = [Number(values.from), Number(values.seeds)];
  const step = availableParallelism();
  const outcomes = [];
  const [delay, jitter, loss] = (values.network ?? "").split(",").map(Number);
  const weather = values.network && { delay, jitter, loss: loss / 100, doubled: 0, detour: 0 };
  await Promise.all(
    Array.from({ length: step }, (_, i) => {
      const worker = new Worker(new URL(import.meta.url), {
        workerData: { ...values, weather, from: from + i, seeds: from + count, step },
      });
      worker.on("message", (outcome) => {
        outcomes.push(outcome);
        if (values.json) console.log(JSON.stringify(outcome));
        else if (outcome.wrong !== undefined) console.log(`seed ${outcome.seed}: ${outcome.wrong}`);
      });
      return new Promise((resolve, reject) => worker.on("exit", resolve).on("error", reject));
    }),
  );
  const wrong = outcomes.filter((outcome) => outcome.wrong !== undefined).length;
  if (!values.json) tell(outcomes, wrong, weather !== undefined);
  process.exitCode = wrong > 0 || outcomes.length < count ? 1 : 0;
}

function tell(outcomes, wrong, oneNetwork) {
  const mean = (of, among) => among.reduce((sum, outcome) => sum + of(outcome), 0) / Math.max(1, among.length);
  const minutes = ({ time }) => time / 60_000;
  const row = (name, among) =>
    [
      ...[name, among.length],
      ...[mean((o) => o.stalls / minutes(o), among), mean((o) => o.rollbacks / minutes(o), among)].map(Math.round),
      (
        mean((o) => o.framesAgain, among) /
        Math.max(
          1e-9,
          mean((o) => o.rollbacks, among),
        )
      ).toFixed(1),
      ...[mean((o) => o.rate, among), mean((o) => o.rateWithHeaders, among)].map(Math.round),
    ].join(" | ");
  console.log(
    "network | sessions | stalls a minute | rollbacks a minute | frames each | bytes a second to each other player | with headers",
  );
  const bands = oneNetwork ? [] : [0, 1, 2].flatMap((delay) => [0, 1, 2].map((loss) => ({ delay, loss })));
  for (const { delay, loss } of bands) {
    const among = outcomes.filter(
      ({ weather }) => Math.floor(weather.delay / 33.4) === delay && Math.floor(weather.loss * 10) === loss,
    );
    const ways = [0, 33, 67, 100];
    console.log(row(`${ways[delay]} to ${ways[delay + 1]} ms one way, ${10 * loss} to ${10 * loss + 10} %`, among));
  }
  console.log(row("all", outcomes));
  const players = mean((o) => o.players, outcomes).toFixed(1);
  const alarms = outcomes.filter(({ desyncs }) => desyncs > 0).map(({ noticedAfter }) => noticedAfter);
  console.log(
    `${players} players and ${mean((o) => o.frames, outcomes).toFixed(0)} frames on average; ${alarms.length} sessions with desyncs, ` +
      `noticed at most ${Math.max(0, ...alarms)} settled frames late`,
  );
  console.log(`${outcomes.length - wrong} passed, ${wrong} failed`);
}

async function realGame(path, frames) {
  const { embeddedCores } = await import("../dist/machine/embedded.js");
  const core = embeddedCores.find(({ extensions }) => extensions.some((extension) => path.endsWith(`.${extension}`)));
  if (!core) throw new Error(`${path}: no embedded core plays this`);
  return { core, content: { name: path, bytes: new Uint8Array(readFileSync(path)) }, frames };
}
