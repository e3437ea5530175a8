import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { testEnvironment } from "../../../tools/test-servers/index.ts";

const main = new URL("../main.ts", import.meta.url).pathname;
const run = promisify(execFile);

it("kills any process again and again: the decrypted archive holds each read tap exactly once", async () => {
  const args = [main, "kills", "--times", "6", "--seed", "11"];
  const { stdout } = await run(process.execPath, args, { env: testEnvironment() });
  const result = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
  expect(result).toMatchObject({ drill: "kills", ok: true, faults: 6, lost: 0, doubled: 0, seed: 11 });
  expect(result.taps).toBeGreaterThan(50);
}, 300_000);

it.each([["nonsense"], ["kills", "--times", "0"], ["kills", "--seed", "x"]])(
  "refuses %j with usage",
  (...args) =>
    expect(run(process.execPath, [main, ...args], { env: testEnvironment() })).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining("usage:"),
    }),
);
