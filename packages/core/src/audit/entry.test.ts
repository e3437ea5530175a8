import { expect, test } from "vitest";
import { sha256 } from "../kernel/index.ts";
import { type AuditEntry, sealEntry } from "./index.ts";

const entry: AuditEntry = {
  version: 1,
  id: "01939b6c-0000-7000-8000-000000000001",
  atEpochMs: 1_790_000_000_000,
  actor: { kind: "job", id: "transfer" },
  action: "segment.archived",
  subject: "segment/01939b6c-0000-7000-8000-000000000002",
  reason: null,
  facts: { taps: 3, bytes: 900 },
};

test("an entry has one byte string, whatever the order of its fields", () => {
  const reordered = Object.fromEntries(Object.entries(entry).reverse()) as AuditEntry;
  expect(sealEntry(reordered)).toEqual(sealEntry(entry));
});

test("the leaf hash covers the exact bytes, with the leaf prefix of RFC 9162", () => {
  const { bytes, leafHash } = sealEntry(entry);
  expect(leafHash).toEqual(sha256(Buffer.concat([Buffer.of(0), bytes])));
  expect(leafHash).not.toEqual(sha256(bytes));
});

test("an entry without an actor of a known kind is refused", () => {
  const nobody = { ...entry, actor: { kind: "unknown", id: "?" } } as unknown as AuditEntry;
  expect(() => sealEntry(nobody)).toThrow();
});
