import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { testEnvironment } from "../../../tools/test-servers/index.ts";

const main = new URL("../main.ts", import.meta.url).pathname;
const run = promisify(execFile);

it("plays the steps of three processes in hundreds of orders: each answer is one that the models allow", async () => {
  const args = [main, "locks", "--times", "200", "--seed", "3"];
  const { stdout } = await run(process.execPath, args, { env: testEnvironment() });
  const result = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
  expect(result).toMatchObject({
    drill: "locks",
    ok: true,
    interleavings: 200,
    lost: 0,
    doubled: 0,
    seed: 3,
  });
  expect(result.faults).toBeGreaterThan(40);
  expect(result.taps).toBeGreaterThan(1_000);
}, 300_000);
