import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const here = import.meta.dirname;
const vitest = join(here, "../../node_modules/vitest/vitest.mjs");

test("a test that passes only when it is tried again is told of by name, with what it failed of", async () => {
  const root = await mkdtemp(join(tmpdir(), "flaky-"));
  try {
    await writeFile(
      join(root, "tried.test.js"),
      `let tries = 0;
      test("whole", () => {});
      test("shaky", () => { tries += 1; expect(tries).toBe(2); });`,
    );
    const args = [vitest, "run", "--globals", "--root", root, "--retry=1"];
    const { stdout } = await promisify(execFile)(process.execPath, [
      ...args,
      `--reporter=${join(here, "flaky-tests.mjs")}`,
    ]);
    expect(stdout).toBe(
      "flaky: tried.test.js > shaky: first failed of: expected 1 to be 2 // Object.is equality\n",
    );
  } finally {
    await rm(root, { recursive: true });
  }
}, 30_000);
