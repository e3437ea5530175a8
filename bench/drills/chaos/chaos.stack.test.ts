import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { testEnvironment } from "../../../tools/test-servers/index.ts";

const main = new URL("../main.ts", import.meta.url).pathname;

it("kills any process of npm start, which heals itself: the decrypted archive holds each read tap exactly once", async () => {
  const args = [main, "chaos", "--times", "3", "--seed", "7"];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: testEnvironment() });
  const result = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
  expect(result).toMatchObject({ drill: "chaos", ok: true, faults: 3, lost: 0, doubled: 0, seed: 7 });
  expect(result.taps).toBeGreaterThan(30);
  expect(result.agents).toMatchObject({ archivedPercent: 100, operatorActs: 0 });
  expect(result.agents.attempts).toBeGreaterThan(result.agents.failedAttempts);
}, 600_000);
