import { defaultAlertRules } from "@tapline/core/alerts";
import { expect, test } from "vitest";
import { stateOf } from "../../client/agent-state.ts";
import { agentView, now, reportOf } from "./agent.fixture.ts";
import { compareStandings, standingOf } from "./agent-standing.ts";
import { troubleWords } from "./agent-words.ts";

const [minuteMs, dayMs] = [60_000, 24 * 3_600_000];
const seen = (agoMs: number, heardWithinMs = 3 * minuteMs) => ({
  last: { report: reportOf(), seenAtEpochMs: now - agoMs, heardWithinMs },
});
const troubles = (...given: Parameters<typeof agentView>) => standingOf(agentView(...given), now).troubles;

test("an agent is offline after three of its own intervals, and not before", () => {
  expect(stateOf(agentView("a", seen(3 * minuteMs)), now)).toBe("online");
  expect(stateOf(agentView("a", seen(3 * minuteMs + 1)), now)).toBe("offline");
  expect(stateOf(agentView("a", seen(25 * minuteMs, 30 * minuteMs)), now)).toBe("online");
  expect(stateOf(agentView("a", seen(-dayMs)), now)).toBe("offline");
});

test("one that never reported is never seen; whatever was revoked is revoked", () => {
  expect(stateOf(agentView("a", { last: null }), now)).toBe("never-seen");
  expect(stateOf(agentView("a", { revokedAtEpochMs: now }), now)).toBe("revoked");
});

test("a healthy agent has no trouble, nor has one that was only invited", () => {
  expect(troubles("a")).toEqual([]);
  const invited = { last: null, enrolledAtEpochMs: null, certificate: null, tokenEndsAtEpochMs: now + 1 };
  expect(troubles("a", invited)).toEqual([]);
});

test("each trouble is told by the figure that it comes of", () => {
  const outbox = { epoch: 1, nextSeq: 10, taps: 3, bytes: 900, oldestAgeMs: 16 * minuteMs };
  expect(troubles("a", {}, { outbox })).toEqual(["outbox-old"]);
  expect(troubles("a", {}, { paused: "disk-full" })).toEqual(["paused"]);
  expect(troubles("a", {}, { readers: { ready: 1, failed: 1, stalled: 1 } })).toEqual(["readers-silent"]);
  expect(troubles("a", {}, { readers: { ready: 1, gone: 1 } })).toEqual([]);
  expect(troubles("a", {}, { clockSkewMs: -30_001 })).toEqual(["clock-off"]);
  expect(troubles("a", { gapNumbers: 2 })).toEqual(["gaps"]);
  expect(troubles("a", { wanted: { revision: 4, version: null } })).toEqual(["behind"]);
  expect(troubles("a", { wanted: { revision: 3, version: "1.3.0" } })).toEqual(["behind"]);
  expect(troubles("a", { last: null })).toEqual(["never-came"]);
});

test("a certificate that ends within a week is told, and one that has ended", () => {
  const ending = (inMs: number) => ({
    certificate: { issuedAtEpochMs: now - dayMs, endsAtEpochMs: now + inMs, count: 1 },
  });
  expect(troubles("a", ending(8 * dayMs))).toEqual([]);
  expect(troubles("a", ending(6 * dayMs))).toEqual(["certificate-ending"]);
  expect(troubles("a", ending(-1))).toEqual(["certificate-ended"]);
  expect(troubles("a", { certificate: null }, { certificateEndsAtEpochMs: null })).toEqual([
    "certificate-ended",
  ]);
});

test("of an agent that is offline nobody guesses how its readers are; what waits in its outbox grows older", () => {
  const standing = standingOf(
    agentView("a", {
      last: {
        report: reportOf({
          outbox: { epoch: 1, nextSeq: 10, taps: 1, bytes: 300, oldestAgeMs: minuteMs },
          readers: { ready: 2, failed: 1 },
        }),
        seenAtEpochMs: now - 20 * minuteMs,
        heardWithinMs: 3 * minuteMs,
      },
    }),
    now,
  );
  expect(standing).toMatchObject({
    state: "offline",
    troubles: ["offline", "outbox-old"],
    readers: { working: 0, silent: 3 },
    waitedMs: 21 * minuteMs,
  });
});

test("what is abnormal comes first, the worst before the rest, revoked ones last, and what is alike by name", () => {
  const agents = [
    agentView("gate-10"),
    agentView("gate-2"),
    agentView("gone", { revokedAtEpochMs: now - dayMs }),
    agentView("late", { wanted: { revision: 9, version: null } }),
    agentView("away", seen(dayMs)),
    agentView("deaf", {}, { readers: { failed: 1 } }),
    agentView("new", { last: null, enrolledAtEpochMs: null, certificate: null }),
  ];
  const sorted = agents.map((agent) => standingOf(agent, now)).toSorted(compareStandings);
  expect(sorted.map(({ agent }) => agent.id)).toEqual([
    ...["away", "deaf", "late", "gate-2", "gate-10", "new", "gone"],
  ]);
});

test("the limits are those of the shipped rules", () => {
  const limitOf = (id: string) => {
    const condition = defaultAlertRules.rules.find((rule) => rule.id === id)?.condition;
    if (condition?.kind !== "threshold") throw new Error(`${id} is no rule with a limit`);
    const { above, below } = { above: undefined, below: undefined, ...condition.limit };
    return above ?? below ?? Number.NaN;
  };
  const waiting = (oldestAgeMs: number) =>
    troubles("a", {}, { outbox: { epoch: 1, nextSeq: 10, taps: 3, bytes: 900, oldestAgeMs } });
  expect([waiting(limitOf("outbox-old")), waiting(limitOf("outbox-old") + 1)]).toEqual([[], ["outbox-old"]]);
  const skewed = (clockSkewMs: number) => troubles("a", {}, { clockSkewMs });
  expect([skewed(limitOf("clock-skew")), skewed(limitOf("clock-skew") + 1)]).toEqual([[], ["clock-off"]]);
  const ending = (leftMs: number) =>
    troubles("a", { certificate: { issuedAtEpochMs: now - dayMs, endsAtEpochMs: now + leftMs, count: 1 } });
  const leastLeftMs = limitOf("agent-certificate-ending") * dayMs;
  expect([ending(leastLeftMs), ending(leastLeftMs - 1)]).toEqual([[], ["certificate-ending"]]);
});

test("gaps are counted up to a bound, and beyond it said to be more", () => {
  const words = (gapNumbers: number) =>
    troubleWords("gaps", standingOf(agentView("a", { gapNumbers }), now), now);
  expect([1, 10_000, 10_001].map(words)).toEqual([
    "1 tap without an end",
    "10,000 taps without an end",
    "More than 10,000 taps without an end",
  ]);
});
