import { expect, test } from "vitest";
import { sha256 } from "../kernel/index.ts";
import { type AuditEntry, newEntry, readEntry, sealEntry } from "./index.ts";

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

test("an entry of the first version has the bytes that it always had, and is read as it was written", () => {
  const { bytes, leafHash } = sealEntry(entry);
  expect(bytes.toString("utf8")).toBe(
    '{"action":"segment.archived","actor":{"id":"transfer","kind":"job"},"atEpochMs":1790000000000,"facts":{"bytes":900,"taps":3},' +
      '"id":"01939b6c-0000-7000-8000-000000000001","reason":null,"subject":"segment/01939b6c-0000-7000-8000-000000000002","version":1}',
  );
  expect(leafHash.toString("hex")).toBe("8b4ba6bfc6d133596c0e4a05967d09dc94ad8f3683682c1ef7772b93fbb9eca4");
  expect(readEntry(bytes)).toEqual(entry);
  expect(sealEntry(readEntry(bytes)).bytes).toEqual(bytes);
});

const deed = {
  ...{ actor: { kind: "operator", id: "ola" } as const, reason: "lost" },
  ...{ action: "tracker.revoked" as const, subject: "tracker/1", facts: {} },
};
const made = (more: Partial<Parameters<typeof newEntry>[2]> = {}) =>
  newEntry(1_790_000_000_000, (length) => Buffer.alloc(length), { ...deed, ...more });

test("an entry of today says what was changed, and in which trace; what it does not know it does not say", () => {
  const change = { before: { state: "enrolled", kid: null }, after: { state: "revoked" } };
  const traceId = "0af7651916cd43dd8448eb211c80319c";
  const entry = made({ ...change, traceId });
  expect(readEntry(sealEntry(entry).bytes)).toEqual({ ...entry, version: 2, traceId, ...change });
  expect(Object.keys(made())).not.toContain("before");
  expect(made().traceId).toBeNull();
});

test.each([
  { ...made(), traceId: "0AF7651916CD43DD8448EB211C80319C" },
  { ...made(), traceId: undefined },
  { ...made(), before: { state: { nested: true } } },
  { ...entry, before: { state: "none" } },
  { ...made(), version: 3 },
])("what is no entry is not sealed: %j", (broken) => {
  expect(() => sealEntry(broken as unknown as AuditEntry)).toThrow();
});
