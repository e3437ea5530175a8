import { describe, expect, it } from "vitest";
import { JudgeOfTaps, makeTrackers, nowEpochMs, setUp } from "./crowd.fixture.ts";
import type { LedgerLine } from "./ledger.ts";
import { builtInScenarios, type Scenario, scenarioSchema } from "./scenario.ts";
import { visitKinds } from "./visit.ts";

const trackers = makeTrackers(9);
const running = new AbortController().signal;
const quick = { stallAfterMs: 0, troubleMs: 0 };
const offersOf = (lines: LedgerLine[]) => lines.filter((line) => line.line === "offered");
const failuresOf = (lines: LedgerLine[]) => lines.filter((line) => line.line === "failed");

describe("scenarios", { timeout: 60_000 }, () => {
  const known = [
    ["everyday", { ...builtInScenarios.everyday, ...quick }],
    ["rough", { ...builtInScenarios.rough, ...quick }],
    ["hostile", { ...builtInScenarios.hostile, ...quick }],
    [
      "all at once",
      {
        ratios: Object.fromEntries(visitKinds.filter((kind) => kind !== "fresh").map((kind) => [kind, 0.04])),
        ...{ revokedTrackers: 2, ringPackets: 3, ...quick },
      },
    ],
  ] as const;

  it.each(known)("%s: what it expects of each packet is what validation says of it", async (_, scenario) => {
    for (const seed of [1, 2]) {
      const { verdicts, offers, ledger, judge, told } = await playAndJudge(scenario, 1, seed);
      for (const [index, verdict] of verdicts.entries()) {
        const expected = offers[index]?.expected;
        if (expected?.verdict !== "rejected") expect([index, verdict]).toEqual([index, expected?.verdict]);
        else if (expected.reason !== null) expect([index, verdict]).toEqual([index, expected.reason]);
        else expect(["archived", "duplicate"]).not.toContain(verdict);
      }
      expect(ledger.counts).toMatchObject({
        archived: judge.counts.archived ?? 0,
        duplicate: judge.counts.duplicate ?? 0,
        failed: told.failures.length,
      });
    }
  });

  it.each(known)(
    "%s: with many readers, each place gets one of its contents, and no other is filled",
    async (_, scenario) => {
      const { verdicts, offers, lines, judge, told } = await playAndJudge(scenario, 40, 3);
      const contents = Map.groupBy(offers, ({ place }) => place);
      for (const [place, digest] of judge.archived)
        expect(contents.get(place)?.map(({ sha256 }) => sha256)).toContain(digest);
      contents.delete(null);
      expect(judge.archived.size).toBe(contents.size);
      for (const [index, { place }] of offers.entries())
        if (place === null) expect(["archived", "duplicate", "equivocation"]).not.toContain(verdicts[index]);
      expect(failuresOf(lines).map(({ cause }) => cause)).toEqual(told.failures.map(({ cause }) => cause));
      expect(holesIn(new Set(judge.archived.keys()), lostOf(lines))).toEqual(lostOf(lines));
    },
  );

  it("offers the same packets for the same seed", async () => {
    const scenario = { ...builtInScenarios.hostile, ...quick };
    const digests = [];
    for (const seed of [3, 3, 4]) {
      const run = setUp({ scenario, trackers, readers: 1, taps: 400, seed });
      await run.simulated.run(run.sink, running);
      digests.push(offersOf(run.lines).map(({ sha256 }) => sha256));
    }
    expect(digests[0]).toEqual(digests[1]);
    expect(digests[0]).not.toEqual(digests[2]);
  });

  it("fills at a later tap what earlier ones missed, oldest first", async () => {
    const script = [{ visit: "missed", times: 3 }, { visit: "pulled" }, { visit: "fresh" }];
    const { simulated, lines, sink, told } = setUp({
      scenario: { script, ...quick },
      trackers: trackers.slice(0, 1),
      readers: 1,
    });
    await simulated.run(sink, running);
    expect(offersOf(lines).map(({ place, visit }) => [place, visit])).toEqual(
      [1, 2, 3, 4, 5].map((seq) => [`0000000000000000/5/${seq}`, "fresh"]),
    );
    expect(told.failures).toEqual([
      {
        reader: "simulated-1",
        atEpochMs: nowEpochMs,
        cause: "removed",
        detail: expect.stringMatching(/taken/),
      },
    ]);
  });

  it("names the numbers that left the ring unread", async () => {
    const scenario = { script: [{ visit: "missed", times: 5 }, { visit: "fresh" }], ringPackets: 4 };
    const { simulated, lines, sink } = setUp({ scenario, trackers: trackers.slice(0, 1) });
    await simulated.run(sink, running);
    expect(lostOf(lines)).toEqual(["0000000000000000/5/1", "0000000000000000/5/2"]);
    expect(offersOf(lines)).toHaveLength(4);
  });

  it("shows what is left unread when its script is over", async () => {
    const scenario = { script: [{ visit: "missed", times: 20 }] };
    const { simulated, told, sink } = setUp({ scenario, trackers });
    await simulated.run(sink, running);
    expect(told.taps).toHaveLength(20);
  });

  it.each([
    [{ ratios: { fresh: 0.6, torn: 0.5 } }, /must not exceed 1/],
    [{ ratios: { nonsense: 0.5 } }, /nonsense/],
    [{ script: [{ visit: "revoked-tracker" }] }, /needs revokedTrackers/],
    [{ ringPackets: 0 }, /ringPackets/],
    [{ other: 1 }, /other/],
  ])("refuses %j", (scenario, why) => {
    const parsed = scenarioSchema.safeParse(scenario);
    expect(JSON.stringify(parsed.error?.issues)).toMatch(why);
  });

  it("refuses to revoke every tracker", () => {
    expect(() => setUp({ scenario: { revokedTrackers: 9 }, trackers })).toThrow(/revokes 9 of 9/);
  });
});

/** Plays 1,500 visits, and what validation says of each tap, in the order of the ledger. */
async function playAndJudge(scenario: Partial<Scenario>, readers: number, seed: number) {
  const run = setUp({ scenario, trackers, readers, taps: 1500, seed });
  await run.simulated.run(run.sink, running);
  const judge = new JudgeOfTaps(trackers, scenario.revokedTrackers);
  const verdicts: string[] = [];
  for (const read of run.told.taps) verdicts.push(await judge.judge(read));
  const offers = offersOf(run.lines);
  expect(offers).toHaveLength(run.told.taps.length);
  expect(run.ledger.counts.kept).toBe(run.told.taps.length);
  return { ...run, offers, judge, verdicts };
}

function lostOf(lines: LedgerLine[]): string[] {
  return lines.flatMap((line) => (line.line === "lost" ? [line.place] : [])).sort();
}

/** Numbers up to a tracker's highest one that no good packet has. */
function holesIn(places: ReadonlySet<string>, lost: readonly string[]): string[] {
  const highest = new Map<string, number>();
  for (const place of [...places, ...lost]) {
    const [tracker = "", , seq] = place.split("/");
    highest.set(tracker, Math.max(highest.get(tracker) ?? 0, Number(seq)));
  }
  const all = [...highest].flatMap(([tracker, top]) =>
    Array.from({ length: top }, (_, index) => `${tracker}/5/${index + 1}`),
  );
  return all.filter((place) => !places.has(place)).sort();
}
