import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Where the longest tests are: begun first, so that no core of the machine waits at the end for one of them. */
const LONG = [
  "cli/cybercoaster",
  "cli/resume",
  "browser/netplay-page",
  "netplay/session",
  "cli/recording-kill",
  "replay/long",
  "browser/studio",
  "cli/netplay-lossy",
  "follow/follow",
  "cli/ds",
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const at = LONG.findIndex((name) => moduleId.endsWith(`test/${name}.test.ts`));
      return at < 0 ? LONG.length : at;
    };
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Cores are native code: a process of its own for each test file.
    pool: "forks",
    setupFiles: process.env.SLOW ? ["test/support/slow-browser.ts"] : [],
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    teardownTimeout: 10_000,
    expect: { requireAssertions: true },
  },
});
