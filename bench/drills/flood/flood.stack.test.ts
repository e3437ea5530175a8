import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { testEnvironment } from "../../../tools/test-servers/index.ts";

const main = new URL("../main.ts", import.meta.url).pathname;
const run = promisify(execFile);

it("makes one alert of each of many breaches at one moment, and none is left when they are over", async () => {
  const args = [main, "flood", "--times", "1500", "--seed", "7"];
  const { stdout } = await run(process.execPath, args, { env: testEnvironment() });
  const result = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
  expect(result).toMatchObject({ drill: "flood", ok: true, faults: 1500, lost: 0, doubled: 0, seed: 7 });
  expect(result.taps).toBeGreaterThan(10);
}, 600_000);
