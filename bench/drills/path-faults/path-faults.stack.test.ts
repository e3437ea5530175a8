import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { testEnvironment } from "../../../tools/test-servers/index.ts";

const main = new URL("../main.ts", import.meta.url).pathname;
const run = promisify(execFile);

it("strikes at fault points: all are passed, all heals, and the decrypted archive holds each tap once", async () => {
  const args = [main, "path-faults", "--times", "3", "--seed", "5"];
  const { stdout, stderr } = await run(process.execPath, args, { env: testEnvironment() });
  const result = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
  expect(result).toMatchObject({ drill: "path-faults", ok: true, faults: 3, lost: 0, doubled: 0, seed: 5 });
  expect(result.taps).toBeGreaterThan(50);
  expect(stderr).toMatch(/all (4\d|[5-9]\d) points of the matrix are passed/);
}, 300_000);

it("names every fault that it knows: each point with each victim, and the wider ones", async () => {
  const { stdout } = await run(process.execPath, [main, "path-faults", "--list"], { env: testEnvironment() });
  const names = stdout.trim().split("\n");
  expect(new Set(names).size).toBe(names.length);
  expect(names).toContain("transfer at after:upload.named#manifest, struck: itself");
  expect(names).toContain("Redis: FLUSHALL");
  expect(names.filter((name) => name.endsWith("struck: redis")).length).toBeGreaterThan(30);
});
