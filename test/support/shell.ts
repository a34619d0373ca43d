import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, expect, vi } from "vitest";

const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

// biome-ignore lint/suspicious/noExplicitAny: events of many kinds
type Told = { readonly event: string } & Record<string, any>;

const running: ChildProcess[] = [];
afterAll(() => {
  for (const child of running) child.kill("SIGKILL");
});

/** A netplay command as a process of its own, told of by its events. */
export class Shell {
  readonly told: Told[] = [];
  err = "";
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;

  constructor(folder: string, name: string, ...args: string[]) {
    this.child = spawn(
      process.execPath,
      [main, "netplay", ...args, "--json", "--name", name, "--key", join(folder, `${name}.pem`)],
      { cwd: folder, stdio: ["pipe", "pipe", "pipe"] },
    );
    this.child.stderr!.on("data", (text) => (this.err += text));
    createInterface({ input: this.child.stdout! }).on("line", (line) => this.told.push(JSON.parse(line)));
    running.push(this.child);
    this.ended = new Promise((resolve) => this.child.on("close", resolve));
  }

  /** What a person types. */
  type(line: string): void {
    this.child.stdin!.write(`${line}\n`);
  }

  /** The first event of that kind, now or soon. */
  async hears(event: string, seconds = 90): Promise<Told> {
    return vi.waitFor(
      () => {
        const found = this.told.find((one) => one.event === event);
        expect(found, `${event}, of: ${this.told.map((one) => one.event).join(" ")} ${this.err}`).toBeDefined();
        return found!;
      },
      { timeout: seconds * 1000, interval: 30 },
    );
  }

  /** All events of that kind so far. */
  all(event: string): Told[] {
    return this.told.filter((one) => one.event === event);
  }
}
