// npm run simulate -- [--seeds N] [--from SEED] [--game ROM [--frames N]]: plays whole netplay sessions in virtual time, each from its seed. Prints
// what they came to, and the seed of each that went wrong (exit code 1). A seed alone plays that one: --seeds 1 --from 123. With a
// game two players play it on the embedded core for it; without, up to eight play one that only adds. --network ONEWAY,JITTER,LOSS (ms, ms, percent): only
// that network and nothing else, for two players.
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
        if (outcome.wrong !== undefined) console.log(`seed ${outcome.seed}: ${outcome.wrong}`);
      });
      return new Promise((resolve, reject) => worker.on("exit", resolve).on("error", reject));
    }),
  );
  const mean = (of) => outcomes.reduce((sum, outcome) => sum + of(outcome), 0) / outcomes.length;
  const minutes = (outcome) => outcome.time / 60_000;
  const wrong = outcomes.filter((outcome) => outcome.wrong !== undefined).length;
  console.log(
    `${outcomes.length} sessions of ${mean((o) => o.players).toFixed(1)} players, ${mean((o) => o.frames).toFixed(0)} frames each: ` +
      `${mean((o) => o.stalls / minutes(o)).toFixed(0)} stalls a minute, ${mean((o) => o.rollbacks / minutes(o)).toFixed(0)} rollbacks a minute ` +
      `of ${(mean((o) => o.framesAgain) / mean((o) => o.rollbacks)).toFixed(1)} frames, ${mean((o) => o.rate).toFixed(0)} bytes a second to each other player, ${mean((o) => o.rateWithHeaders).toFixed(0)} with headers`,
  );
  const alarms = outcomes.filter(({ desyncs }) => desyncs > 0).map(({ noticedAfter }) => noticedAfter);
  const soon = alarms.filter((frames) => frames <= 2).length;
  console.log(
    `${alarms.length} sessions with desyncs; ${soon} noticed them at most 2 settled frames late, the latest ${Math.max(0, ...alarms)}`,
  );
  console.log(`${outcomes.length - wrong} passed, ${wrong} failed`);
  process.exitCode = wrong > 0 || outcomes.length < count ? 1 : 0;
}

async function realGame(path, frames) {
  const { embeddedCores } = await import("../dist/machine/embedded.js");
  const core = embeddedCores.find(({ extensions }) => extensions.some((extension) => path.endsWith(`.${extension}`)));
  if (!core) throw new Error(`${path}: no embedded core plays this`);
  return { core, content: { name: path, bytes: new Uint8Array(readFileSync(path)) }, frames };
}
