/** What an agent reports with which all is well. For tests. */
export const agentReport = {
  ...{ version: "1.0.0", platform: "linux-x64", startedAtEpochMs: 0, configRevision: 0 },
  ...{ link: "grpc" as const, clockSkewMs: 0, paused: null, readers: {}, certificateEndsAtEpochMs: null },
  outbox: { epoch: 1, nextSeq: 1, taps: 0, bytes: 0, oldestAgeMs: 0 },
};
