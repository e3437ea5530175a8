import { expect, test } from "vitest";
import { type AskedReturn, assertSeen, chooseReturn, type RuleStanding } from "./choose-return.ts";

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

test("who changes rules is held to what they were shown", () => {
  const active = { version: 3, madeAtEpochMs: 5, madeBy: "operator/ada" };
  for (const [inForce, seen] of [
    [active, 3],
    [active, undefined],
    [null, 0],
    [null, undefined],
  ] as const)
    assertSeen("alert-rules", inForce, seen);
  const refused = (message: string, facts: object) =>
    expect.objectContaining({ code: "conflict", message, facts });
  expect(() => assertSeen("alert-rules", active, 0)).toThrow(
    refused("version 3 of the alert rules is in force by now, and no longer none", {
      ...{ version: 3, by: "operator/ada", atEpochMs: 5 },
    }),
  );
  // A database that was restored from a copy.
  expect(() => assertSeen("alert-rules", null, 2)).toThrow(
    refused("no alert rules are in force by now, and no longer version 2", {}),
  );
});
