import { type ShownEntry, sealEntry } from "@tapline/core/audit";
import { expect, test } from "vitest";
import { entryLine } from "./entry-line.ts";

const entry = {
  ...{ version: 2, id: "0190a6b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b", atEpochMs: 0, traceId: null },
  ...{ actor: { kind: "operator", id: "ola" }, action: "agent.revoked", subject: "agent/gate-1" },
  ...{ reason: "lost", facts: {} },
} satisfies ShownEntry;

const nobody = new Map<string, string>();

test("an entry is one line: when, who, what, on what, why, and its id", () => {
  expect(() => sealEntry(entry)).not.toThrow();
  expect(entryLine(entry, nobody)).toBe(
    `1970-01-01T00:00:00.000Z  operator ola  agent.revoked  agent/gate-1  “lost”  ${entry.id}`,
  );
  expect(entryLine({ ...entry, reason: null }, nobody)).toContain(`agent/gate-1  ${entry.id}`);
  expect(entryLine({ ...entry, reason: null, erased: { reason: 86_400_000 } }, nobody)).toContain(
    "agent/gate-1  (reason erased on 1970-01-02)  ",
  );
});

test("a person of the console is told by name, beside the id that the log has", () => {
  expect(entryLine(entry, new Map([["ola", "Ola Nordmann"]]))).toContain(
    "operator Ola Nordmann (ola)  agent",
  );
  const job = { ...entry, actor: { kind: "job", id: "ola" } } satisfies ShownEntry;
  expect(entryLine(job, new Map([["ola", "Ola Nordmann"]]))).toContain("job ola  agent");
});

test("whoever wrote a name or a reason can neither hide a line nor write another one", () => {
  const eve = {
    ...entry,
    actor: { kind: "operator", id: "ola\u202e" },
    subject: "agent/gate-1\r",
    reason: "x\n\u001b[1A\u001b[2K1970-01-01T00:00:00.000Z  operator eve",
  } satisfies ShownEntry;
  const line = entryLine(eve, new Map([["ola\u202e", "Eve\u001b[2K"]]));
  expect(line).not.toMatch(/\p{C}/u);
});
