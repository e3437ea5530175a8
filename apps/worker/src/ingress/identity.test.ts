import { hasCode } from "@tapline/core/kernel";
import { expect, test } from "vitest";
import { assertAdmitted, identityIn, identityOf } from "./identity.ts";
import type { AgentStanding } from "./standing.ts";

const thrown = (act: () => unknown): unknown => {
  try {
    return act();
  } catch (error) {
    return error;
  }
};

test("an agent is who its certificate's SPIFFE name says, with the certificate's number", () => {
  const certificate = { subjectaltname: "DNS:x, URI:spiffe://tapline/agent/gate-1", serialNumber: "4F0A" };
  const who = { agent: "gate-1", serial: "4f0a", endsAtEpochMs: Date.UTC(2026, 10, 28, 20) };
  expect(identityIn({ ...certificate, valid_to: "Nov 28 20:00:00 2026 GMT" })).toEqual(who);
});

test.each([
  "",
  "URI:spiffe://other/agent/gate-1",
  "URI:spiffe://tapline/agent/",
  "URI:spiffe://tapline/agent/Gate",
  "URI:spiffe://tapline/agent/a/b",
  "DNS:spiffe://tapline/agent/gate-1",
])("a valid certificate with the names %j is no agent's", (subjectaltname) => {
  const error = thrown(() => identityIn({ subjectaltname, serialNumber: "1", valid_to: "" }));
  expect(hasCode(error, "forbidden")).toBe(true);
});

test("without a certificate nobody is known", () => {
  expect(
    hasCode(
      thrown(() => identityIn(undefined)),
      "unauthenticated",
    ),
  ).toBe(true);
  expect(
    hasCode(
      thrown(() => identityOf({})),
      "unauthenticated",
    ),
  ).toBe(true);
});

test("a revoked agent is forbidden; before the registry was read nobody is told apart", () => {
  const standing = (refusal: ReturnType<AgentStanding["refusal"]>): AgentStanding => ({
    refusal: () => refusal,
    onChange: () => undefined,
  });
  const who = { agent: "gate-1", serial: "1", endsAtEpochMs: 1_000 };
  expect(thrown(() => assertAdmitted(who, standing(null), 1_000))).toBeUndefined();
  expect(
    hasCode(
      thrown(() => assertAdmitted(who, standing("revoked"), 1_000)),
      "forbidden",
    ),
  ).toBe(true);
  expect(
    hasCode(
      thrown(() => assertAdmitted(who, standing("unknown-yet"), 1_000)),
      "unavailable",
    ),
  ).toBe(true);
});
