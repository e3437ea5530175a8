import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test, vi } from "vitest";
import { temporaryFolder } from "../test-servers/index.ts";

vi.setConfig({ testTimeout: 120_000 });

const runner = join(import.meta.dirname, "run-tests.mjs");

/** What `runTests` tells and returns of these files. */
async function outcomeOf(
  files: Record<string, string>,
  retries: number,
): Promise<{ told: string[]; counts: unknown }> {
  const root = await temporaryFolder();
  await writeFile(join(root, "package.json"), "{}");
  for (const [name, text] of Object.entries(files)) await writeFile(join(root, name), text);
  const script = `
    import { runTests } from ${JSON.stringify(runner)};
    const counts = await runTests({ base: ["--root", ${JSON.stringify(root)}, "--globals"], retries: ${retries} });
    console.log("counts " + JSON.stringify(counts));
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script]);
  const lines = stdout.split("\n");
  const counts = lines.find((line) => line.startsWith("counts "))?.slice(7) ?? "null";
  return {
    told: lines.filter((line) => /^(flaky|trying|failed outside)/.test(line)),
    counts: JSON.parse(counts),
  };
}

/** Of a file that remembers in which run it is. */
const nthRun = `
  import { appendFileSync, readFileSync } from "node:fs";
  const at = new URL("./runs", import.meta.url).pathname;
  appendFileSync(at, "x");
  const run = readFileSync(at, "utf8").length;
`;

test("a file of which a test failed is run again whole, and told of where it passes then", async () => {
  const files = {
    "well.test.js": `test("well", () => {});`,
    "shaky.test.js": `${nthRun}
      test("shaky", () => { expect(run).toBe(2); });
      test("whole", () => {});`,
  };
  expect(await outcomeOf(files, 2)).toEqual({
    told: [
      "trying again by themselves: shaky.test.js",
      expect.stringMatching(/^flaky: shaky\.test\.js > shaky: first failed of: expected 1 to be 2/),
    ],
    counts: { passed: 3, failed: 0 },
  });
});

test("what fails each time counts as failed once, also outside of tests and where no test was begun", async () => {
  const files = {
    "broken.test.js": `test("broken", () => { expect(1).toBe(2); });\ntest("whole", () => {});`,
    "no-load.test.js": `throw new Error("not loaded");`,
    "hook.test.js": `beforeAll(() => { throw new Error("hook"); });\ntest("skipped by its hook", () => {});`,
    "late.test.js": `test("late", () => { setTimeout(() => { throw new Error("late"); }, 0); });
      test("waits", () => new Promise((resolve) => setTimeout(resolve, 200)));`,
  };
  const { told, counts } = await outcomeOf(files, 1);
  expect(counts).toEqual({ passed: 3, failed: 4 });
  expect(told).toHaveLength(1);
  expect(told[0]?.split(": ")[1]?.split(", ").toSorted()).toEqual(Object.keys(files).toSorted());
});

test("without being asked nothing is run again", async () => {
  const shaky = { "shaky.test.js": `${nthRun}\ntest("shaky", () => { expect(run).toBe(2); });` };
  expect(await outcomeOf(shaky, 0)).toEqual({ told: [], counts: { passed: 0, failed: 1 } });
});

test("where many files fail none is run again: that is no machine that was busy", async () => {
  const broken = `test("broken", () => { expect(1).toBe(2); });`;
  const files = Object.fromEntries(Array.from({ length: 13 }, (_, at) => [`broken-${at}.test.js`, broken]));
  expect(await outcomeOf(files, 1)).toEqual({ told: [], counts: { passed: 0, failed: 13 } });
});
