import { expect, test } from "vitest";
import { daysLeft, endingsIn, warningOf } from "./endings.ts";
import { issueHierarchy } from "./issue-hierarchy.ts";

const dayMs = 24 * 3_600_000;
const ending = (days: number) => ({ what: "signer", subject: "CN=x", endsAtEpochMs: days * dayMs });

test("somebody is told 30, 14, 7 and 1 days before the end, and at the end", () => {
  const told = [100, 31, 30, 15, 14, 8, 7, 2, 1, 0, -5].map((days) => warningOf(ending(days), 0));
  expect(told).toEqual([null, null, 30, 30, 14, 14, 7, 7, 1, 0, 0]);
  expect([ending(1.5), ending(-0.5)].map((one) => daysLeft(one, 0))).toEqual([1, -1]);
});

test("certificates and revocation lists of one text are told apart", async () => {
  const files = await issueHierarchy({ nowEpochMs: Date.now(), organisation: "T", agents: [], hosts: [] });
  const found = endingsIn(files["trust.pem"]?.pem ?? "", "root");
  expect(found.map(({ what }) => what)).toEqual(["root", "revocation list", "revocation list"]);
  expect(found[1]?.subject).toContain("Tapline root");
  expect(endingsIn("nothing", "signer")).toEqual([]);
});
