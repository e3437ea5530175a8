import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { beforeAll, expect, it } from "vitest";
import { buildConsolePages, pagesBuiltWithinMs, testEnvironment } from "../../../tools/test-servers/index.ts";

const main = new URL("../main.ts", import.meta.url).pathname;
const run = promisify(execFile);

beforeAll(buildConsolePages, pagesBuiltWithinMs);

it("replaces services one by one under mutual TLS: who may not call is refused, and the decrypted archive holds each read tap exactly once", async () => {
  const args = [main, "mesh", "--times", "4", "--seed", "5"];
  const { stdout } = await run(process.execPath, args, { env: testEnvironment() });
  const result = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
  expect(result).toMatchObject({ drill: "mesh", ok: true, faults: 4, lost: 0, doubled: 0, seed: 5 });
  expect(result.taps).toBeGreaterThan(50);
}, 300_000);
