import type { Wait } from "../../netplay/play.ts";

/** A clock that strikes on time in a tab that nobody sees: a worker's timers are not slowed down there. */
export function workerClock(script: string): Wait {
  const worker = new Worker(script);
  const waiting = new Map<number, () => void>();
  let count = 0;
  worker.addEventListener("message", ({ data }: MessageEvent<number>) => {
    const then = waiting.get(data);
    waiting.delete(data);
    then?.();
  });
  return (milliseconds, then) => {
    const id = count++;
    waiting.set(id, then);
    worker.postMessage([id, milliseconds]);
    return () => waiting.delete(id);
  };
}
