import type { ShownEntry } from "@tapline/core/audit";
import { expect, test } from "vitest";
import {
  actorText,
  changesOf,
  factName,
  factText,
  linkOf,
  placeText,
  reasonText,
  timeText,
} from "./entry-words.ts";

const entry: ShownEntry = {
  ...{ version: 2, id: "01939b6c-0000-7000-8000-000000000001", atEpochMs: 0, action: "key.changed" },
  ...{ actor: { kind: "operator", id: "1a" }, subject: "key/4711", reason: "broken", traceId: null },
  facts: {},
};

test("who acted is told by name where it is known", () => {
  expect(actorText(entry.actor, { "1a": "Ada Lovelace" })).toBe("Ada Lovelace");
  expect(actorText(entry.actor, {})).toBe("1a");
  expect(actorText({ kind: "job", id: "audit" }, {})).toBe("job audit");
});

test("an erased reason is told as such, and never as none", () => {
  expect(reasonText(entry)).toBe("broken");
  expect(reasonText({ ...entry, reason: null })).toBe("");
  expect(reasonText({ ...entry, reason: null, erased: { reason: 86_400_000 } })).toBe(
    "(reason erased on 1970-01-02)",
  );
});

test("what changed is told before and after, with times as times", () => {
  const changed = { ...entry, before: { state: "active", notAfterEpochMs: 0 }, after: { state: null } };
  expect(changesOf(changed)).toEqual([
    { key: "state", before: "active", after: "none" },
    { key: "notAfterEpochMs", before: "1970-01-01T00:00:00.000Z", after: "not told" },
  ]);
  expect(changesOf(entry)).toEqual([]);
  expect([factName("notAfter"), factName("seal-refused")]).toEqual(["not after", "seal refused"]);
  expect([factText("isDry", true), factText("count", 3)]).toEqual(["yes", "3"]);
});

test("places and what was acted on lead somewhere", () => {
  expect([placeText(12_345), placeText(null)]).toEqual(["#12,345", "waiting"]);
  expect(linkOf("agent/gym 1")).toBe("/agents?agent=gym%201");
  expect(linkOf("segment/1")).toBeNull();
});

test("a time has its year where that may be another one", () => {
  const at = Date.UTC(2026, 10, 29, 14, 3, 7);
  expect(timeText(at, "utc", at)).toBe("29 Nov, 14:03:07");
  expect(timeText(at, "utc", Date.UTC(2028, 1, 1))).toBe("29 Nov 2026, 14:03:07");
});
