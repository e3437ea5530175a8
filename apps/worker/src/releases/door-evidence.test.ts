import { analyse } from "@tapline/core/rollout";
import { quantileOf, type ServicesReport } from "@tapline/core/telemetry";
import { expect, test } from "vitest";
import { doorEvidence } from "./door-evidence.ts";

type Row = Partial<ServicesReport["services"][number]>;

const report = (...rows: Row[]) =>
  ({
    services: rows.map((row) => ({
      ...{
        roles: ["ingest"],
        heardAtEpochMs: 2_000,
        requestsPerSecond: 10,
        errorRatio: 0.5,
        p50Ms: 20,
        p99Ms: 40,
      },
      ...row,
    })),
  }) as unknown as ServicesReport;

test("what processes of a door were asked within a minute is told by colour, and blue is who says none", () => {
  const told = doorEvidence(report({}, { colour: "green", p99Ms: 80 }, { colour: "green" }), "ingest", 1_000);
  expect(told.blue).toMatchObject({ attempts: 600, failures: 300 });
  expect(told.green).toMatchObject({ attempts: 1_200, failures: 600, taps: 0, compared: 0 });
  expect(quantileOf(told.green.took, 0.99)).toBeGreaterThan(quantileOf(told.blue.took, 0.99) ?? 0);
});

test("nothing is told of another service, of who was not heard since the share is what it is, and before it is", () => {
  const rows = report({ roles: ["web"] }, { heardAtEpochMs: 999 }, { requestsPerSecond: null });
  for (const since of [1_000, null])
    expect(doorEvidence(rows, "ingest", since)).toMatchObject({
      blue: { attempts: 0, failures: 0 },
      green: { attempts: 0, failures: 0 },
    });
  expect(doorEvidence(report({}), "ingest", null).blue.attempts).toBe(0);
  expect(doorEvidence(null, "ingest", 1_000).blue.attempts).toBe(0);
});

test("one slow request of a release is no slow release; requests that are slow as a rule are", () => {
  const verdictOf = (green: Row) => {
    const told = doorEvidence(
      report({ errorRatio: 0, requestsPerSecond: 40 }, { errorRatio: 0, colour: "green", ...green }),
      "ingest",
      1_000,
    );
    return analyse(told.blue, told.green).verdict.is;
  };
  expect(verdictOf({ requestsPerSecond: 1 / 60, p50Ms: 300, p99Ms: 300 })).toBe("missing");
  expect(verdictOf({ requestsPerSecond: 1, p50Ms: 20, p99Ms: 300 })).toBe("good");
  expect(verdictOf({ requestsPerSecond: 1, p50Ms: 300, p99Ms: 400 })).toBe("bad");
  // Of many requests the tail alone tells enough.
  expect(verdictOf({ requestsPerSecond: 40, p50Ms: 20, p99Ms: 300 })).toBe("bad");
});
