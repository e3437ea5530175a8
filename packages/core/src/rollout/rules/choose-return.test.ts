import { expect, test } from "vitest";
import { type AskedReturn, chooseReturn, type RuleStanding } from "./choose-return.ts";

/** Version 4 holds what version 1 held. */
const releases = ["a", "b", "c", "a"].map((content, at) => ({
  ...{ version: at + 1, madeAtEpochMs: at, madeBy: "operator/ada", content },
}));
const plain: RuleStanding = { version: 3, before: 2, origin: null };
const cameBack: RuleStanding = { version: 4, before: 3, origin: 1 };

const chosen = (standing: RuleStanding, asked: Partial<AskedReturn> = {}): number =>
  chooseReturn("noops-rules", releases, standing, { to: null, seenVersion: null, ...asked }).version;

test("leads to what was in force before, or to what is named", () => {
  expect(chosen(plain)).toBe(2);
  expect(chosen(plain, { to: 1 })).toBe(1);
  expect(chosen(plain, { seenVersion: 3 })).toBe(2);
  expect(chosen(cameBack, { to: 3 })).toBe(3);
  // The newest one need not be in force.
  expect(chosen({ version: 2, before: 3, origin: null })).toBe(3);
});

test.each<[string, string, RuleStanding, Partial<AskedReturn>]>([
  ["no NoOps rules are in force yet", "conflict", { version: null, before: null, origin: null }, {}],
  ["to have been in force before version 1", "conflict", { version: 1, before: null, origin: null }, {}],
  [
    "version 3 of the NoOps rules is in force by now, and no longer version 2",
    "conflict",
    plain,
    { seenVersion: 2 },
  ],
  ["by operator/ada, has brought back those of version 1 already", "conflict", cameBack, {}],
  ["there is no version 9 of the NoOps rules", "not-found", plain, { to: 9 }],
  ["version 3 of the NoOps rules is in force already", "conflict", plain, { to: 3 }],
  ["version 1 of the NoOps rules holds the same as version 4, which is", "conflict", cameBack, { to: 1 }],
])("refuses: %s", (message, code, standing, asked) => {
  expect(() => chosen(standing, asked)).toThrow(
    expect.objectContaining({ code, message: expect.stringContaining(message) }),
  );
});
