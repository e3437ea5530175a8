import { expect, test } from "vitest";
import type { TargetView } from "../../contracts/archive.ts";
import {
  formatByteRate,
  formatRatio,
  quorumStanding,
  segmentStanding,
  targetStanding,
} from "./archive-words.ts";

const now = 1_000_000_000;
const minuteMs = 60_000;
const target: TargetView = {
  ...{ name: "main", address: "vault:22", hostKeys: [], isWanted: true, away: null },
  ...{ lastStoredAtEpochMs: now, waiting: 0, oldestWaitingEpochMs: null, fault: "" },
  ...{ provenAtEpochMs: null, lastDrill: null, bytesPerSecond: [], errorRatio: null },
};
const away = { sinceEpochMs: now - 5 * minuteMs, why: "unavailable", error: null } as const;
const rule = { mode: "mirror", quorum: 2, by: "worker", atEpochMs: now } as const;
const over = (targets: TargetView[]) => ({ rule, targets, sites: [], quarantined: 0 });

test("a copy that is late calls only once a slower archive would have had it", () => {
  const segment = { expiredAtEpochMs: null, targets: ["main"], lacking: ["far"] };
  const at = (agoMs: number) => segmentStanding({ ...segment, archivedAtEpochMs: now - agoMs }, now);
  expect(at(minuteMs)).toEqual({ words: "Not yet in far", isCalling: false });
  expect(at(11 * minuteMs)).toEqual({ words: "Lacking in far", isCalling: true });
});

test("an archive that is away, or refuses us, calls before one that is behind", () => {
  expect(targetStanding({ ...target, away, waiting: 3 }, now).words).toBe("Away for 5 min");
  expect(targetStanding({ ...target, away: { ...away, why: "misconfigured" } }, now).words).toBe(
    "Refuses us for 5 min",
  );
  const behind = { ...target, waiting: 3, oldestWaitingEpochMs: now - minuteMs };
  expect(targetStanding(behind, now)).toEqual({ words: "Behind", isCalling: false });
  expect(targetStanding(target, now)).toEqual({ words: "Works", isCalling: false });
});

test("what is left of the quorum is told, and a spent one calls", () => {
  const three = ["a", "b", "c"].map((name) => ({ ...target, name }));
  const [a, b, c] = three as [TargetView, TargetView, TargetView];
  expect(quorumStanding(over(three)).words).toMatch(/once 2 of 3 hold it; 3 can be used, 1 may fail/);
  expect(quorumStanding(over([a, b, { ...c, away }]))).toMatchObject({ isCalling: true });
  expect(quorumStanding(over([a, { ...b, away }, { ...c, away }])).words).toMatch(/nothing is archived now/);
});

test("rates and shares are shown in a unit that fits, and little is not shown as nothing", () => {
  expect([formatByteRate(null), formatByteRate(12), formatByteRate(3 * 1024 ** 2)]).toEqual([
    "–",
    "12.0 B/s",
    "3.0 MiB/s",
  ]);
  expect([formatRatio(null), formatRatio(0), formatRatio(0.0004), formatRatio(0.25)]).toEqual([
    "–",
    "0.0 %",
    "< 0.1 %",
    "25.0 %",
  ]);
});
