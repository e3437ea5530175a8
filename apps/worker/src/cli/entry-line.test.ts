import { type ShownEntry, sealEntry } from "@tapline/core/audit";
import { expect, test } from "vitest";
import { entryLine } from "./entry-line.ts";

const entry = {
  ...{ version: 2, id: "0190a6b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b", atEpochMs: 0, traceId: null },
  ...{ actor: { kind: "operator", id: "ola" }, action: "agent.revoked", subject: "agent/gate-1" },
  ...{ reason: "lost", facts: {} },
} satisfies ShownEntry;

test("an entry is one line: when, who, what, on what, why, and its id", () => {
  expect(() => sealEntry(entry)).not.toThrow();
  expect(entryLine(entry)).toBe(
    `1970-01-01T00:00:00.000Z  operator ola  agent.revoked  agent/gate-1  “lost”  ${entry.id}`,
  );
  expect(entryLine({ ...entry, reason: null })).toContain(`agent/gate-1  ${entry.id}`);
  expect(entryLine({ ...entry, reason: null, erased: { reason: 86_400_000 } })).toContain(
    "agent/gate-1  (reason erased on 1970-01-02)  ",
  );
});

test("whoever wrote a name or a reason can neither hide a line nor write another one", () => {
  const line = entryLine({
    ...entry,
    actor: { kind: "operator", id: "ola\u202e" },
    subject: "agent/gate-1\r",
    reason: "x\n\u001b[1A\u001b[2K1970-01-01T00:00:00.000Z  operator eve",
  });
  expect(line).not.toMatch(/\p{C}/u);
});
