import { expect, test } from "vitest";
import { type AgentReport, agentReportSchema } from "./index.ts";

const report: AgentReport = {
  ...{ version: "1.0.0", platform: "linux-x64", startedAtEpochMs: 1, configRevision: 0, link: "grpc" },
  ...{ clockSkewMs: 0, paused: null, readers: { ready: 1 }, certificateEndsAtEpochMs: null },
  outbox: { epoch: 1, nextSeq: 2, taps: 0, bytes: 0, oldestAgeMs: 0 },
};

test("a report holds nothing that a database or a terminal stumbles over", () => {
  const reads = (changes: Partial<AgentReport>) =>
    agentReportSchema.safeParse({ ...report, ...changes }).success;
  expect(reads({})).toBe(true);
  for (const platform of ["linux\u0000", "\u001b[2Jlinux", "\ud800", "", "linux x64"])
    expect(reads({ platform })).toBe(false);
  expect(reads({ startedAtEpochMs: Number.MAX_SAFE_INTEGER })).toBe(false);
  expect(reads({ certificateEndsAtEpochMs: Number.MAX_SAFE_INTEGER })).toBe(false);
});
