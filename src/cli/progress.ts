import { Presets, SingleBar } from "cli-progress";

/** A progress bar on stderr while a person watches; messages to the studio, where it started this; silent otherwise. */
export class Progress {
  #bar: SingleBar | undefined;
  #step = "";

  /** `step` is what is going on, such as "align". */
  at(step: string, done: number, total: number): void {
    // The studio reads it where it has started this.
    if (process.env.INSTEP_PROGRESS === "ipc" && process.send) this.#send({ step, done, total });
    if (!process.stderr.isTTY) return;
    if (this.#step !== step) {
      this.stop();
      this.#step = step;
      this.#bar = new SingleBar(
        {
          format: `${step.padEnd(8)} {bar} {percentage}% | {value}/{total} frames | {eta_formatted} left`,
          stream: process.stderr,
          hideCursor: true,
          clearOnComplete: false,
        },
        Presets.shades_classic,
      );
      this.#bar.start(total, done);
    }
    this.#bar?.setTotal(total);
    this.#bar?.update(done);
  }

  /** Prints a line above the bar. */
  say(line: string): void {
    if (this.#bar && process.stderr.isTTY) process.stderr.write(`\r\x1b[2K${line}\n`);
    else process.stderr.write(`${line}\n`);
  }

  #sent = 0;
  #send(message: { step: string; done: number; total: number }): void {
    const now = performance.now();
    if (now - this.#sent < 100 && message.done < message.total) return;
    this.#sent = now;
    process.send!(message);
  }

  stop(): void {
    this.#bar?.stop();
    this.#bar = undefined;
    this.#step = "";
  }
}
