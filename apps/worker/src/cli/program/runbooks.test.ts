import { readFileSync } from "node:fs";
import type { Command, CommanderError } from "commander";
import { expect, test } from "vitest";
import { taplineProgram } from "./tapline.ts";

const text = readFileSync(new URL("../../../../../docs/runbooks.md", import.meta.url), "utf8");
const commands = [...new Set([...text.matchAll(/`(tapline [^`]+)`/g)].map(([, command = ""]) => command))];

/** What people put in place of a word in capitals, where not any text will do. */
const examples: Readonly<Record<string, string>> = {
  DAY: "2026-11-24",
  EPOCH: "1764000000000",
  SEQ: "7",
  NUMBER: "7",
};

/** The command that would have been run. @throws CommanderError where it could not be */
async function parsed(typed: string): Promise<string> {
  const program = taplineProgram();
  let ran = "";
  for (const command of withInner(program)) {
    command.exitOverride().configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
    if (command.commands.length > 0) continue;
    command.action(() => {
      ran = command.name();
    });
  }
  const words = typed.split(" ").slice(1);
  await program.parseAsync(
    words.map((word) => examples[word] ?? word),
    { from: "user" },
  );
  return ran;
}

const withInner = (command: Command): Command[] => [command, ...command.commands.flatMap(withInner)];

test("there are commands in the runbooks", () => {
  expect(commands.length).toBeGreaterThan(20);
});

test.each(commands)("%s runs as it is printed", async (command) => {
  const ran = await parsed(command).catch(({ message }: CommanderError) => message);
  expect(command.split(" ")).toContain(ran);
});

test("each section has a step that does not lead to another page, which the console cannot show", () => {
  const leading = text
    .split(/^## /m)
    .slice(1)
    .filter((section) => {
      const steps = section.split("\n").filter((line) => line.startsWith("- "));
      return steps.every((step) => step.includes("](operations.md"));
    });
  expect(leading.map((section) => section.split("\n", 1)[0])).toEqual([]);
});

test("a command that lacks an option, or has one that there is not, would be found", async () => {
  await expect(parsed("tapline archive expire --dry-run")).rejects.toThrow("required option");
  await expect(parsed("tapline status --all")).rejects.toThrow("unknown option");
  await expect(parsed("tapline rules")).rejects.toThrow();
});
