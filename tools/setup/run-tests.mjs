import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stopIfAsked } from "./interruption.mjs";
import { runOnNode24 } from "./run-on-node-24.mjs";

const reporter = join(import.meta.dirname, "report-outcome.mjs");
/** Where more files fail than so, it is no machine that was busy for a while. */
const mostTriedAgain = 12;

/**
 * Runs vitest, and then again, whole and by themselves, the files with real servers that failed: what a test left behind half-done would
 * fail it again within the same file. Whatever passed only so is told of: it counts as passed, and is a fault to be mended all the same.
 * @param base arguments of every run, @param args of the first one alone, @param retries how often files are run again at most
 * @returns how many tests passed and failed
 */
export async function runTests({ base = [], args = [], retries = 0 }) {
  const first = await runOnce([...base, ...args]);
  const files = new Map(first.files.map((file) => [file.file, file]));
  const shaky = [];
  for (let retry = 1; retry <= retries; retry++) {
    const failed = [...files.values()].filter(mayPassAgain);
    if (failed.length === 0 || failed.length > mostTriedAgain) break;
    process.stdout.write(`trying again by themselves: ${failed.map(({ name }) => name).join(", ")}\n`);
    const again = await runOnce([...base, ...failed.map(({ file }) => file)]);
    first.strayed.push(...again.strayed);
    for (const now of again.files) {
      const before = files.get(now.file);
      if (now.failed.length === 0)
        shaky.push(...(before?.failed ?? []).map((told) => ({ ...told, name: now.name })));
      files.set(now.file, now);
    }
  }
  for (const { name, test, of } of shaky)
    process.stdout.write(`flaky: ${name} > ${test}: first failed of: ${of}\n`);
  for (const error of first.strayed) process.stdout.write(`failed outside of all files: ${error}\n`);
  const outcomes = [...files.values()];
  return {
    passed: outcomes.reduce((sum, { passed }) => sum + passed, 0),
    failed: outcomes.reduce((sum, { failed }) => sum + failed.length, 0) + first.strayed.length,
  };
}

const mayPassAgain = ({ project, failed }) => project !== "unit" && failed.length > 0;

async function runOnce(args) {
  const folder = await mkdtemp(join(tmpdir(), "tapline-report-"));
  const outcomeFile = join(folder, "outcome.json");
  try {
    const reporters = ["--reporter=default", `--reporter=${reporter}`];
    const exitCode = await runOnNode24(["node_modules/vitest/vitest.mjs", "run", ...reporters, ...args], {
      TAPLINE_TEST_OUTCOME: outcomeFile,
    });
    stopIfAsked();
    const text = await readFile(outcomeFile, "utf8").catch(() => undefined);
    if (text === undefined) return { files: [], strayed: [`vitest ended with ${exitCode} and told nothing`] };
    const outcome = JSON.parse(text);
    const isTold = outcome.strayed.length > 0 || outcome.files.some(({ failed }) => failed.length > 0);
    if (exitCode !== 0 && !isTold) outcome.strayed.push(`vitest ended with ${exitCode}`);
    return outcome;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
