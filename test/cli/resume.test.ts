import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Ended, instep, scratch, start } from "../support/cli.ts";
import { hasShared, shared } from "../support/data.ts";

const SEED = Number(process.env.INSTEP_SEED ?? Date.now() % 100_000);
const folder = scratch();
const out = (name: string): string => join(folder, `${name}.mkv`);

const sha = (file: string): string => createHash("sha256").update(readFileSync(file)).digest("hex");

/** Processes that `pid` started, oldest first: native, target; or the dumping one. */
function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);
  } catch {
    return []; // it is gone
  }
}

describe.runIf(hasShared)("a force-sync that is killed", () => {
  const movie = shared("movies/bk2/homebrew-cybercoaster-M6779.bk2");
  const args = (name: string, ...more: string[]) => {
    const faults = ["--fault", "lag@400", "--fault", "lag@1111"];
    return [
      "sync",
      movie,
      "--rom",
      shared("nes/cybercoaster.nes"),
      "--core",
      "nestopia",
      "--frames",
      "1400",
      ...faults,
      "-o",
      out(name),
      "--json",
      ...more,
    ];
  };
  const started = performance.now();
  const whole = JSON.parse(instep(...args("whole")).out);
  const duration = performance.now() - started;
  const wanted = sha(out("whole"));

  it("was worth it: two repairs, two seams", () => {
    expect(whole.repairs).toHaveLength(2);
    expect(whole.seams).toHaveLength(2);
    expect(whole.residual).toBe(0);
  });

  it("can be dumped without its states, to see what they are worth", () => {
    const naive = ["dump", ...args("naive").slice(1), "--naive", "--job", `${out("whole")}.job`];
    const { code, out: said } = instep(...naive);
    expect(code).toBe(0);
    expect(JSON.parse(said)).toMatchObject({ video: { frames: whole.video.frames }, seams: [] });
    expect(sha(out("naive"))).not.toBe(wanted);
  });

  it.each(["the program", "the first instance", "the second instance"])(
    "%s, at random moments: the next run goes on to the same bytes",
    async (who) => {
      const name = who.replaceAll(" ", "-");
      let random = SEED;
      let last: Ended | undefined;
      let kills = 0;
      for (let attempt = 0; attempt < 12 && last?.code !== 0; attempt++) {
        const { child, ended } = start(...args(name));
        random = (random * 1103515245 + 12345) % 2 ** 31;
        const timer = setTimeout(
          () => {
            const victims = childrenOf(child.pid!);
            const victim =
              who === "the program" ? child.pid! : victims[who === "the first instance" ? 0 : victims.length - 1];
            if (victim === undefined) return;
            kills++;
            try {
              process.kill(victim, "SIGKILL");
            } catch {}
          },
          attempt < 2 ? duration * (0.1 + 0.5 * (random / 2 ** 31)) : 1e6,
        );
        last = await ended;
        clearTimeout(timer);
        if (last.code !== 0 && who !== "the program") {
          expect(last.err, `seed ${SEED}`).toMatch(
            /instep: the (native|target|dumping) instance was killed \(signal 9\)/,
          );
          expect(last.code).toBe(1);
        }
      }
      expect(kills, `seed ${SEED}`).toBeGreaterThan(0);
      expect(last!.code, `seed ${SEED}: ${last!.err}`).toBe(0);
      expect(sha(out(name)), `seed ${SEED}`).toBe(wanted);
      expect(JSON.parse(last!.out)).toMatchObject({
        desyncs: whole.desyncs,
        repairs: whole.repairs,
        seams: whole.seams,
        residual: 0,
      });
    },
    120_000,
  );

  it("leaves no process behind when the program is killed", async () => {
    const { child, ended } = start(...args("orphans"));
    await expect.poll(() => childrenOf(child.pid!).length, { timeout: 20_000 }).toBeGreaterThan(1);
    const instances = childrenOf(child.pid!);
    child.kill("SIGKILL");
    await ended;
    await expect
      .poll(
        () =>
          instances.filter(
            (pid) => existsSync(`/proc/${pid}`) && !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z "),
          ),
        { timeout: 20_000 },
      )
      .toEqual([]);
  });

  it.runIf(process.getuid?.() === 0)(
    "a full disk is told of, and with room again the run goes on to the same bytes",
    () => {
      const small = join(folder, "small");
      execFileSync("mkdir", ["-p", small]);
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", small]);
      try {
        const full = instep(...args("x", "-o", join(small, "full.mkv")));
        expect(full.err).toMatch(/instep: .*: the disk is full/);
        expect(full.code).toBe(1);
        execFileSync("mount", ["-o", "remount,size=400m", small]);
        const again = instep(...args("x", "-o", join(small, "full.mkv")));
        expect(again.code, again.err).toBe(0);
        expect(sha(join(small, "full.mkv"))).toBe(wanted);
      } finally {
        execFileSync("umount", [small]);
      }
    },
    120_000,
  );
});
