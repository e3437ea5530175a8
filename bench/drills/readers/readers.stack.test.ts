import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { testEnvironment } from "../../../tools/test-servers/index.ts";

const main = new URL("../main.ts", import.meta.url).pathname;
const run = promisify(execFile);

it("gives each tap of troubled readers the end that their ledger foresees, in the archive and in quarantine", async () => {
  const args = [main, "readers", "--times", "300", "--seed", "5"];
  const { stdout } = await run(process.execPath, args, { env: testEnvironment() });
  const result = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
  expect(result).toMatchObject({ drill: "readers", ok: true, lost: 0, doubled: 0, seed: 5 });
  expect(result.faults).toBeGreaterThan(250);
  expect(result.taps).toBeGreaterThan(300);
}, 180_000);
