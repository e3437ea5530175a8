import { describe, expect, it } from "vitest";
import { compareWithLedger } from "./compare-with-ledger.ts";

const archived = { verdict: "archived" } as const;
const clone = { verdict: "rejected", reason: "equivocation" } as const;
const unsigned = { verdict: "rejected", reason: "unsigned" } as const;
const handed = [
  { seq: 1, place: "a/5/1", sha256: "aa", expected: archived },
  { seq: 2, place: "a/5/1", sha256: "aa", expected: { verdict: "duplicate" } as const },
  { seq: 3, place: "a/5/1", sha256: "bb", expected: clone },
  { seq: 4, place: null, sha256: "cc", expected: unsigned },
  { seq: null, place: "a/5/3", sha256: "dd", expected: archived },
];
const refused = [
  { seq: 3, reason: "equivocation" },
  { seq: 4, reason: "unsigned" },
];
const compare = (places: Record<string, string>, reasons = refused) =>
  compareWithLedger(
    { handed, lost: new Set(["a/5/2"]) },
    { places: new Map(Object.entries(places)), doubled: 0 },
    reasons,
  );

describe("compareWithLedger", () => {
  it("is content where each tap has its end", () => {
    expect(compare({ "a/5/1": "aa" })).toEqual({ taps: 4, lost: 0, doubled: 0, faultsFound: [] });
  });

  it("is content where the clone came first, and all others are refused", () => {
    const others = [1, 2].map((seq) => ({ seq, reason: "equivocation" }));
    expect(compare({ "a/5/1": "bb" }, [...others, ...refused.slice(1)]).faultsFound).toEqual([]);
  });

  it.each([
    ["other bytes", { "a/5/1": "ee" }, refused, /bytes that nobody read/],
    ["a place of nobody", { "a/5/1": "aa", "z/5/1": "ff" }, refused, /no good packet was read/],
    ["a filled hole", { "a/5/1": "aa", "a/5/2": "ff" }, refused, /should be a hole/],
    ["a tap that is nowhere", { "a/5/1": "aa" }, refused.slice(0, 1), /tap 4 should be refused/],
    ["another reason", { "a/5/1": "aa" }, [{ seq: 4, reason: "schema" }], /as schema instead of unsigned/],
    ["a clone that is not refused", { "a/5/1": "aa" }, refused.slice(1), /tap 3 .* wrong end/],
  ])("finds %s", (_, places, reasons, fault) => {
    expect(compare(places, reasons).faultsFound.join("; ")).toMatch(fault);
  });

  it("counts what the archive lacks", () => {
    expect(compare({}).lost).toBe(1);
  });
});
