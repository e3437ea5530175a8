import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";

const program = `
import { TaplineError } from "@tapline/core/kernel";
import { createLog } from "./create-log.ts";
const log = createLog({ base: { roles: "transfer" } }).child({ part: "child" });
log.info({ port: 1 }, "ready");
for (let i = 0; i < 500; i++)
  log.warn({ err: new TaplineError("unavailable", "the archive does not answer"), archive: "main" }, "not stored");
log.error({ err: new TypeError("a fault of ours") }, "not stored");
`;

/** As a process of its own: what counts is what comes out of it. */
function written(): Record<string, unknown>[] {
  const args = ["--input-type=module-typescript", "-e", program];
  const text = execFileSync(process.execPath, args, { cwd: join(import.meta.dirname), encoding: "utf8" });
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

it("five hundred failed attempts at an archive that is away leave one line without a stack", () => {
  const [ready, away, fault, ...more] = written();
  expect(ready).toMatchObject({ msg: "ready", port: 1, roles: "transfer", part: "child" });
  const line = { level: 40, msg: "not stored", archive: "main", error: "the archive does not answer" };
  expect(away).toMatchObject(line);
  expect(JSON.stringify(away)).not.toContain("stack");
  expect(fault).toMatchObject({ level: 50, err: { type: "TypeError", message: "a fault of ours" } });
  expect(JSON.stringify(fault)).toContain("stack");
  expect(more).toEqual([]);
});
