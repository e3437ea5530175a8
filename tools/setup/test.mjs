import "./require-node.mjs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildNative } from "./build-native.mjs";
import { stopIfAsked } from "./interruption.mjs";
import { prepare, runMain } from "./prepare.mjs";
import { runOnNode24 } from "./run-on-node-24.mjs";
import { withSetupLock } from "./setup-lock.mjs";

/** Runs all tests; resolves to what vitest counted. */
async function runTests(args) {
  const folder = await mkdtemp(join(tmpdir(), "tapline-report-"));
  const report = join(folder, "report.json");
  try {
    const told = ["default", "json", "tools/setup/flaky-tests.mjs"].map((name) => `--reporter=${name}`);
    const reporters = [...told, `--outputFile.json=${report}`];
    const exitCode = await runOnNode24(["node_modules/vitest/vitest.mjs", "run", ...reporters, ...args]);
    stopIfAsked();
    const text = await readFile(report, "utf8").catch(() => undefined);
    if (text === undefined) return { passed: 0, failed: 1 };
    const { numPassedTests, numFailedTests, testResults } = JSON.parse(text);
    // A file that does not load has no test to fail, yet it failed; so has a run that ended badly in its set-up.
    const unloaded = testResults.filter(
      (file) => file.status === "failed" && file.assertionResults.length === 0,
    );
    const failed = numFailedTests + unloaded.length;
    return { passed: numPassedTests, failed: failed === 0 && exitCode !== 0 ? 1 : failed };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

await runMain(async () => {
  await prepare({ build: true });
  // The tests with a real pcscd want its headers, which may only now be there, and a compiler with them.
  await runOnNode24(["tools/test-servers/pcscd/provision-pcsc.ts"]);
  await withSetupLock(() => buildNative({ again: true }));
  const checkFailed = (await runOnNode24(["tools/check/main.ts"])) === 0 ? 0 : 1;
  stopIfAsked();
  const { passed, failed } = await runTests(process.argv.slice(2));
  if (checkFailed > 0)
    process.stdout.write("npm run check failed, see above: it counts as one failed test\n");
  process.stdout.write(`${passed} passed, ${failed + checkFailed} failed\n`);
  return failed + checkFailed === 0 ? 0 : 1;
});
