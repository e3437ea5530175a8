import type { Status } from "./schema.ts";

/** A status of an agent that is well, with `changes`. */
export function statusOf(changes: Partial<Status> = {}): Status {
  return {
    agent: "local",
    version: "1.2.3",
    platform: "linux-x64",
    pid: 1,
    startedAtEpochMs: 1000,
    atEpochMs: 2000,
    safeToSwitchOff: true,
    outbox: {
      epoch: 7,
      nextSeq: 1,
      taps: 0,
      bytes: 81,
      oldestAgeMs: 0,
      maxBytes: 1024 * 1024,
      maxAgeMs: null,
      releaseAt: "archived",
    },
    totals: { taps: 0, archived: 0, duplicates: 0, rejected: 0 },
    paused: null,
    link: { name: "grpc", up: true, server: "https://taps.example.org", clockSkewMs: 12 },
    readers: { ready: 2 },
    settings: { revision: 3, refused: null, wantedVersion: null },
    certificateEndsAtEpochMs: 30 * 24 * 3_600_000,
    troubles: [],
    ...changes,
  };
}
