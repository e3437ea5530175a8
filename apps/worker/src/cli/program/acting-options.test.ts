import { spawn } from "node:child_process";
import { once } from "node:events";
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

/** What a terminal shows, and the exit code, where `typed` is the answer to the question. */
async function asked(typed: string): Promise<{ shown: string[]; code: number }> {
  const fixture = new URL("./ask.fixture.ts", import.meta.url).pathname;
  // util-linux's script gives the command a terminal of its own, and ends as it ends.
  const child = spawn("script", ["-qec", `"${process.execPath}" "${fixture}"`, "/dev/null"]);
  let text = "";
  let isAnswered = false;
  child.stdout.on("data", (chunk: Buffer) => {
    text += chunk.toString("utf8");
    if (isAnswered || !text.includes("Type yes: ")) return;
    isAnswered = true;
    child.stdin.write(typed);
  });
  const [code] = await once(child, "close");
  return { shown: text.split(/\r?\n/), code };
}

const refused = "tapline: nothing was changed; say --yes to do it";

test.for([
  ["Ctrl-C", "\u0003"],
  ["Ctrl-D", "\u0004"],
  ["another word", "y\n"],
] as const)("%s at the question means no: a line says so, and the exit code is 1", async ([, typed]) => {
  const { shown, code } = await asked(typed);
  expect(shown[0]).toBe("shown");
  expect(shown.join()).not.toContain("done");
  expect(shown.filter((line) => line !== "").at(-1)).toBe(refused);
  expect(code).toBe(1);
});

test("yes at the question does it, told what it was that was seen", async () => {
  const { shown, code } = await asked("yes\n");
  expect([shown.includes("done, having seen 7"), shown.includes(refused), code]).toEqual([true, false, 0]);
});

test("--yes does it, and --dry-run shows it, whatever else is said", async () => {
  expect(await told("--yes")).toEqual({ calls: ["it real"], exitCode: 0 });
  expect(await told("--dry-run")).toEqual({ calls: ["it dry"], exitCode: 0 });
  expect(await told("--dry-run", "--yes")).toEqual({ calls: ["it dry"], exitCode: 0 });
});
