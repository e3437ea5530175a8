import { expect, test } from "vitest";
import type { AgentView } from "../../contracts/agents.ts";
import { visitOf } from "./first-visit.ts";

const [now, minuteMs] = [Date.UTC(2026, 10, 29, 12), 60_000];

const fresh = (id: string, given: Partial<AgentView> = {}): AgentView => ({
  ...{ id, site: "north", ring: 1, hostname: null, pinned: false, enrolledAtEpochMs: null },
  ...{ revokedAtEpochMs: null, certificate: null, tokenEndsAtEpochMs: null, wanted: null, last: null },
  ...{ gapNumbers: 0, lastArchivedAtEpochMs: null, readAtEpochMs: now },
  ...given,
});

function heard(agoMs: number, readers: Record<string, number> = { ready: 2 }): AgentView["last"] {
  const report = {
    ...{ version: "1.2.0", platform: "linux-x64", startedAtEpochMs: now, configRevision: 0, readers },
    ...({ link: "grpc", paused: null, clockSkewMs: 0, certificateEndsAtEpochMs: null } as const),
    outbox: { epoch: 1, nextSeq: 1, taps: 0, bytes: 0, oldestAgeMs: 0 },
  };
  return { report, seenAtEpochMs: now - agoMs, heardWithinMs: 3 * minuteMs };
}

test("without agents, or with a token that waits, the next step is to enrol one", () => {
  expect(visitOf([], now)).toEqual({ next: "enrol", agent: null, readers: 0 });
  const waiting = fresh("gate-1", { tokenEndsAtEpochMs: now + minuteMs });
  expect(visitOf([waiting], now)).toMatchObject({ next: "enrol", agent: { id: "gate-1" } });
  const revoked = fresh("gate-1", { enrolledAtEpochMs: now, revokedAtEpochMs: now });
  expect(visitOf([revoked], now)).toMatchObject({ next: "enrol", agent: null });
});

test("one that has enrolled is to be started, and so is one that is not heard of any more", () => {
  const enrolled = fresh("gate-1", { enrolledAtEpochMs: now });
  expect(visitOf([enrolled], now)).toMatchObject({ next: "start", agent: { id: "gate-1" } });
  const silent = fresh("gate-1", { enrolledAtEpochMs: now, last: heard(4 * minuteMs) });
  expect(visitOf([silent], now)).toMatchObject({ next: "start" });
});

test("of several the furthest counts, and its readers", () => {
  const token = fresh("a", { tokenEndsAtEpochMs: now + minuteMs });
  const started = fresh("b", { last: heard(1_000, { ready: 1, reading: 1, failed: 3 }) });
  const enrolled = fresh("c", { enrolledAtEpochMs: now });
  expect(visitOf([token, started, enrolled], now)).toMatchObject({
    ...{ next: "tap", agent: { id: "b" }, readers: 2 },
  });
  const later = fresh("d", { enrolledAtEpochMs: now + 1 });
  expect(visitOf([token, enrolled, later], now)).toMatchObject({ next: "start", agent: { id: "d" } });
});
