import { verbsOf } from "@tapline/core/audit";
import type { Command } from "commander";
import { expect, test } from "vitest";
import { taplineProgram } from "./tapline.ts";

/** Commands that change nothing but, at most, what the audit log or the index knows of their own looking. */
const looking = [
  ...[
    "archive drill",
    "archive export",
    "archive hold ls",
    "archive open",
    "archive restore",
    "archive verify",
  ],
  ...[
    "audit export",
    "audit key",
    "audit ls",
    "audit prove",
    "audit show",
    "audit verify",
    "audit verify-export",
  ],
  ...["alerts defaults", "alerts lint", "alerts ls", "alerts preview", "alerts show", "alerts test"],
  ...["release ls", "release rules", "release show"],
  ...["alerts channel ls", "alerts deliveries", "alerts maintenance ls"],
  ...["buffer show", "agent ls", "doctor"],
  ...["fleet config ls", "fleet config show", "fleet ls", "fleet rollout status"],
  ...["gap ls", "gap statement", "gap verify", "key check", "key ls", "key map"],
  ...[
    "noops defaults",
    "noops explain",
    "noops lint",
    "noops ls",
    "noops show",
    "noops simulate",
    "noops test",
    "people ls",
    "quarantine ls",
    "quarantine show",
    "rules ls",
    "rules show",
    "site ls",
    "site verify",
    "status",
    "prove page",
    "prove tap",
    "verify",
    "tracker ls",
  ],
];
/** It rebuilds what was lost from what is signed: each segment's entry says why by itself. */
const unasked = ["archive reindex"];

function verbs(command: Command, path: readonly string[] = []): [string, Command][] {
  if (command.commands.length === 0) return [[path.join(" "), command]];
  return command.commands.flatMap((one) => verbs(one, [...path, one.name()]));
}

const acting = verbs(taplineProgram()).filter(([name]) => !looking.includes(name));

test("every command either only looks, or is known to act", () => {
  const names = verbs(taplineProgram()).map(([name]) => name);
  expect(names.filter((name) => looking.includes(name)).sort()).toEqual([...looking].sort());
  expect(acting.length).toBeGreaterThan(25);
});

/** What they change is what they leave in the audit log. */
const told = ["archive drill", "gap statement", "quarantine show"];

test("every command that acts is known to write into the audit log, and by which action", () => {
  const written = [...acting.map(([name]) => name), ...told];
  expect(verbsOf("tapline").toSorted()).toEqual(written.toSorted());
});

test.each(acting)("%s shows its effect beforehand, asks, and wants a reason", (name, command) => {
  const flags = new Map(command.options.map((option) => [option.long, option]));
  expect([...flags.keys()]).toEqual(expect.arrayContaining(["--dry-run", "--yes"]));
  if (unasked.includes(name)) return;
  expect(flags.get("--reason")?.mandatory).toBe(true);
  expect([...flags.keys()]).toContain("--by");
});
