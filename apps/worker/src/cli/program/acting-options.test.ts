import { Command } from "commander";
import { afterEach, expect, test } from "vitest";
import { addActing, confirmed } from "./acting-options.ts";

const before = process.exitCode;
afterEach(() => {
  process.exitCode = before;
});

/** What the action was called with, as `dry` or `real`, and the exit code, where nobody sits at a terminal. */
async function told(...flags: string[]) {
  const calls: string[] = [];
  const command = addActing(new Command("x").argument("<thing>")).action(
    confirmed(async (thing, { dryRun }) => void calls.push(`${thing} ${dryRun === true ? "dry" : "real"}`)),
  );
  await command.parseAsync(["it", "--reason", "why", ...flags], { from: "user" });
  return { calls, exitCode: process.exitCode ?? 0 };
}

test("what nobody said yes to is shown and not done, and that is told by the exit code", async () => {
  expect(await told()).toEqual({ calls: ["it dry"], exitCode: 1 });
});

test("--yes does it, and --dry-run shows it, whatever else is said", async () => {
  expect(await told("--yes")).toEqual({ calls: ["it real"], exitCode: 0 });
  expect(await told("--dry-run")).toEqual({ calls: ["it dry"], exitCode: 0 });
  expect(await told("--dry-run", "--yes")).toEqual({ calls: ["it dry"], exitCode: 0 });
});
