import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type KpiScope,
  kpiCatalog,
  kpiIds,
  kpiSampleSchema,
  parseScopeKey,
  scopeDimensions,
  scopeKey,
} from "./index.ts";

const scopes: fc.Arbitrary<KpiScope> = fc.record(
  Object.fromEntries(
    scopeDimensions.map((dimension) => [
      dimension,
      fc.string({ minLength: 1, maxLength: 40, unit: "grapheme" }),
    ]),
  ),
  { requiredKeys: [] },
);

describe("the key of a scope", () => {
  test("names its dimensions in one order, however they were given", () => {
    expect(scopeKey({ site: "north", agent: "gym-7" })).toBe("agent=gym-7;site=north");
    expect(scopeKey({ agent: "gym-7", site: "north" })).toBe("agent=gym-7;site=north");
    expect(scopeKey({})).toBe("");
  });

  test("is read back as the same scope, whatever its values hold", () => {
    fc.assert(fc.property(scopes, (scope) => void expect(parseScopeKey(scopeKey(scope))).toEqual(scope)));
    expect(scopeKey({ reader: "a;site=b" })).toBe("reader=a%3Bsite%3Db");
  });

  test.each(["site=", "side=north", "site=north;agent=a", "site=%zz", "site", "site=a;site=b"])(
    "is refused as %j",
    (key) => expect(parseScopeKey(key)).toBeNull(),
  );
});

describe("the catalogue", () => {
  test("has each KPI with a window where it looks back, and none where it does not", () => {
    for (const id of kpiIds) {
      const { kind, windowMs } = kpiCatalog[id];
      if (kind === "age") expect(windowMs, id).toBeNull();
      if (kind !== "level" && kind !== "age") expect(windowMs, id).toBeGreaterThan(0);
    }
  });

  test("names the unit at the end of what is a time", () => {
    for (const id of kpiIds) if (kpiCatalog[id].unit === "ms") expect(id).toMatch(/_ms$/);
    for (const id of kpiIds) if (kpiCatalog[id].unit === "ratio") expect(id).toMatch(/ratio$/);
  });

  test("is what a sample may be of", () => {
    const sample = { kpi: "taps.in_per_second", scope: {}, atEpochMs: 0, value: null };
    expect(kpiSampleSchema.safeParse(sample).success).toBe(true);
    expect(kpiSampleSchema.safeParse({ ...sample, kpi: "taps.lost" }).success).toBe(false);
  });
});
