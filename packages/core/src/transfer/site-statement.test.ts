import { expect, test } from "vitest";
import { canonicalJson } from "../kernel/index.ts";
import { buildSiteStatement, readSiteStatement } from "./index.ts";

const epoch = (given: object) => ({
  ...{
    epoch: 1,
    first: 1,
    last: 10,
    archived: 10,
    duplicates: 0,
    rejected: 0,
    pending: 0,
    unjudged: 0,
    holes: [],
  },
  ...given,
});
const state = (...agents: object[]) =>
  buildSiteStatement({
    ...{ site: "north", day: "2026-11-27", madeAtEpochMs: 1 },
    agents: agents.map((given, i) => ({ agent: `gate-${i}`, epochs: [epoch(given)] })),
  });

test("a site is balanced where each tap is archived, a duplicate, in quarantine or pending", () => {
  const { statement, bytes } = state({}, { archived: 5, duplicates: 2, rejected: 2, pending: 1 });
  expect(statement).toMatchObject({
    tapped: 20,
    archived: 15,
    duplicates: 2,
    quarantined: 2,
    pending: 1,
    balanced: true,
  });
  expect(readSiteStatement(bytes)).toEqual(statement);
});

test("a hole, or a tap of which nothing is known, is no balance", () => {
  expect(state({ archived: 8, holes: [[3, 4]] }).statement).toMatchObject({ missing: 2, balanced: false });
  expect(state({ archived: 9, unjudged: 1 }).statement).toMatchObject({ unjudged: 1, balanced: false });
});

test("one whose numbers do not add up, or that claims a balance, is refused", () => {
  const { statement } = state({ archived: 8, holes: [[3, 4]] });
  const forged = [
    { ...statement, balanced: true },
    { ...statement, archived: 10, missing: 0, balanced: true },
    { ...statement, agents: [] },
    { ...statement, tapped: 8, missing: 0, balanced: true },
  ];
  for (const one of forged)
    expect(() => readSiteStatement(canonicalJson(one))).toThrow("not as it was written");
  expect(() => readSiteStatement(Buffer.from(JSON.stringify(statement, null, 1)))).toThrow("canonical");
});
