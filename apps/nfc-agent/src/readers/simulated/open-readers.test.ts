import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hasCode } from "@tapline/core/kernel";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSimulatedReaders, readScenario, type SimulatedOptions } from "./open-readers.ts";
import { createTrackersFile } from "./trackers-file.ts";

let dir = "";
let options: SimulatedOptions;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "tapline-scenario-"));
  await createTrackersFile(join(dir, "trackers.json"), 3);
  options = {
    ...{ readers: 2, trackersPath: join(dir, "trackers.json"), scenario: "everyday", ledgerPath: null },
    ...{ epoch: 7, taps: 5, seed: 1, perSecond: null, now: Date.now },
  };
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const run = async (changes: Partial<SimulatedOptions>) => {
  const readers = await openSimulatedReaders({ ...options, ...changes });
  const sink = { tap: async () => 41, failed: () => undefined, status: () => undefined };
  await readers.run(sink, new AbortController().signal);
};

describe("openSimulatedReaders", () => {
  it("adds each packet and each number to the ledger file, run after run", async () => {
    const ledgerPath = join(dir, "ledger.ndjson");
    await run({ ledgerPath, taps: 2 });
    await run({ ledgerPath, taps: 1, epoch: 8 });
    const lines = (await readFile(ledgerPath, "utf8"))
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.map(({ line }) => line).sort()).toEqual([
      ...["kept", "kept", "kept"],
      ...["offered", "offered", "offered"],
    ]);
    expect(lines.find(({ line }) => line === "offered")).toMatchObject({
      offer: 1,
      visit: "fresh",
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      place: expect.stringMatching(/^[0-9a-f]{16}\/7\/1$/),
      expected: { verdict: "archived" },
    });
    expect(lines.find(({ line }) => line === "kept")).toEqual({ line: "kept", offer: 1, seq: 41 });
  });

  it("says which ledger file it cannot write", async () => {
    await expect(run({ ledgerPath: join(dir, "none/ledger") })).rejects.toSatisfy((e) =>
      hasCode(e, "misconfigured"),
    );
  });
});

describe("readScenario", () => {
  it("knows the built-in ones, and reads a file", async () => {
    expect((await readScenario("everyday")).ratios).toEqual({ duplicate: 0.02, malformed: 0.01 });
    const path = join(dir, "scenario.json");
    await writeFile(path, JSON.stringify({ ratios: { torn: 0.5 }, ringPackets: 4 }));
    expect(await readScenario(path)).toMatchObject({
      ratios: { torn: 0.5 },
      ringPackets: 4,
      troubleMs: 1000,
    });
  });

  it("says what is wrong with a scenario, and what to do", async () => {
    await expect(readScenario(join(dir, "none.json"))).rejects.toMatchObject({
      code: "misconfigured",
      message: expect.stringMatching(/ENOENT/),
      remedy: expect.stringMatching(/everyday, rough, hostile/),
    });
    const path = join(dir, "broken.json");
    await writeFile(path, "{");
    await expect(readScenario(path)).rejects.toMatchObject({ message: expect.stringMatching(/JSON/) });
    await writeFile(path, JSON.stringify({ ratios: { torn: 2 } }));
    await expect(readScenario(path)).rejects.toMatchObject({ message: expect.stringMatching(/ratios.torn/) });
  });
});
