// npm run simulate -- [--seeds N] [--from SEED]: plays whole netplay sessions in virtual time, each from its seed. Prints
// what they came to, and the seed of each that went wrong (exit code 1). A seed alone plays that one: --seeds 1 --from 123.
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";

if (!isMainThread) {
  const { simulate } = await import("../dist/netplay/sim/scenarios.js");
  const { from, seeds, step } = workerData;
  for (let seed = from; seed < seeds; seed += step) parentPort.postMessage(await simulate(seed));
} else {
  const { values } = parseArgs({
    options: { seeds: { type: "string", default: "1000" }, from: { type: "string", default: "1" } },
  });
  const [from, count] = [Number(values.from), Number(values.seeds)];
  const step = availableParallelism();
  const outcomes = [];
  await Promise.all(
    Array.from({ length: step }, (_, i) => {
      const worker = new Worker(new URL(import.meta.url), {
        workerData: { from: from + i, seeds: from + count, step },
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
      `of ${(mean((o) => o.framesAgain) / mean((o) => o.rollbacks)).toFixed(1)} frames, ${mean((o) => o.rate).toFixed(0)} bytes a second to each other player`,
  );
  console.log(`${outcomes.length - wrong} passed, ${wrong} failed`);
  process.exitCode = wrong > 0 || outcomes.length < count ? 1 : 0;
}
