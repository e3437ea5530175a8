import {
  apart,
  consistencyRanges,
  formatTlogProof,
  formatVerifierKey,
  inclusionProof,
  leafHash,
  makeLogKey,
  openLogSigner,
  rootOf,
  type ShownEntry,
  sealEntry,
} from "@tapline/core/audit";
import { expect, test } from "vitest";
import { checkLog, type LogToCheck } from "./check-log.ts";

const signer = openLogSigner(makeLogKey(), "example/log");
const whole = (i: number) => ({
  ...{ version: 2 as const, id: `01939b6c-0000-7000-8000-${String(i).padStart(12, "0")}`, atEpochMs: i },
  ...{ actor: { kind: "operator" as const, id: "ola" }, action: "gap.swept" as const, subject: `gap/${i}` },
  ...{ reason: "in her words", traceId: null, facts: {} },
});
const entries = Array.from({ length: 20 }, (_, i) => apart(whole(i), () => Buffer.alloc(32, i)).entry);
const leaves = entries.map((entry) => leafHash(sealEntry(entry).bytes));
const noteAt = (size: number): string => signer.signHead(size, rootOf(leaves.slice(0, size)));
const path = (from: number, to: number): string[] =>
  consistencyRanges(from, to).map(({ start, end }) =>
    Buffer.from(rootOf(leaves.slice(start, end))).toString("base64"),
  );
const proofOf = (index: number, size: number): string =>
  formatTlogProof({
    ...{ index, path: inclusionProof(leaves.slice(0, size), index), note: noteAt(size) },
    extra: sealEntry(entries[index] as never).bytes,
  });
const shown = { ...entries[5], reason: "in her words" } as ShownEntry;

const good: LogToCheck = {
  ...{ newest: noteAt(20), known: noteAt(13), growth: path(13, 20), keys: formatVerifierKey(signer.key) },
  entry: { shown, proof: proofOf(5, 17), growth: path(17, 20) },
};
const verdicts = (given: Partial<LogToCheck>) => checkLog({ ...good, ...given }).map(({ is }) => is);

test("a log that has only grown holds, with its signature and the open entry", () => {
  expect(verdicts({})).toEqual(["holds", "holds", "holds", "holds"]);
  expect(checkLog(good)[2]?.says).toContain("it is entry #5");
  expect(checkLog(good)[3]?.says).toContain("was not compared");
  expect(verdicts({ known: noteAt(20), growth: [], entry: null })).toEqual(["holds", "holds"]);
});

test("what cannot be looked at is said, and never held for good", () => {
  expect(verdicts({ keys: "", known: null, growth: null, entry: null })).toEqual(["unknown", "unknown"]);
});

test("a log that was cut, changed or exchanged is found, as are false signatures and entries", () => {
  expect(verdicts({ newest: noteAt(10), growth: null, entry: null })).toEqual(["holds", "fails"]);
  const others = openLogSigner(makeLogKey(), "example/log");
  const forged = others.signHead(20, rootOf(leaves.slice(0, 20)));
  expect(verdicts({ newest: forged, entry: null })).toEqual(["fails", "holds"]);
  const changed = leaves.with(3, leafHash(Buffer.from("changed")));
  expect(verdicts({ newest: signer.signHead(20, rootOf(changed)), entry: null })).toEqual(["holds", "fails"]);
  const renamed = openLogSigner(makeLogKey(), "another/log").signHead(20, rootOf(leaves));
  expect(checkLog({ ...good, newest: renamed, entry: null })[1]?.says).toContain("another log");
  expect(
    verdicts({
      entry: { shown: { ...shown, subject: "gap/6" }, proof: proofOf(5, 17), growth: path(17, 20) },
    }),
  ).toEqual([...["holds", "holds", "holds", "fails"]]);
  const moved = proofOf(5, 17).replace("index 5", "index 6");
  expect(verdicts({ entry: { shown, proof: moved, growth: path(17, 20) } })).toEqual([
    ...["holds", "holds", "fails", "holds"],
  ]);
  expect(verdicts({ entry: { shown, proof: proofOf(5, 17), growth: [] } })).toEqual([
    ...["holds", "holds", "fails", "holds"],
  ]);
  expect(verdicts({ newest: "no note", entry: null })).toEqual(["fails", "fails"]);
});
