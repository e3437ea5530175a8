import { describe, expect, test } from "vitest";
import { ageOf, connectionOf } from "./connection.ts";

describe("the connection", () => {
  test.each([
    ["connected", 200, "live"],
    ["connected", 3_000, "live"],
    ["connected", 3_001, "stale"],
    ["connected", null, "stale"],
    ["lost", 1_000, "recovering"],
    ["lost", 3_001, "stale"],
    ["connecting", null, "recovering"],
    ["signed-out", 100, "signed-out"],
    ["signed-out", null, "signed-out"],
  ] as const)("socket %s with figures %s ms old is %s", (socket, ageMs, connection) => {
    expect(connectionOf(socket, ageMs)).toBe(connection);
  });
});

describe("the age of figures", () => {
  const now = 1_000_000;
  test("is told by the server's clock, however wrong the browser's is", () => {
    const facts = {
      atEpochMs: 5_000_000,
      receivedEpochMs: now,
      serverNowEpochMs: 5_004_000,
      nowEpochMs: now,
    };
    expect(ageOf(facts)).toBe(4_000);
  });

  test("grows although the publisher's clock runs ahead", () => {
    const facts = {
      atEpochMs: now + 60_000,
      receivedEpochMs: now - 5_000,
      serverNowEpochMs: now,
      nowEpochMs: now,
    };
    expect(ageOf(facts)).toBe(5_000);
  });

  test("is never below zero", () => {
    expect(ageOf({ atEpochMs: now + 50, receivedEpochMs: now, serverNowEpochMs: now, nowEpochMs: now })).toBe(
      0,
    );
  });
});
