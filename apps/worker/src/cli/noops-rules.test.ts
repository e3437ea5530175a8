import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Decision, defaultNoopsRules } from "@tapline/core/noops";
import { afterAll, beforeAll, expect, test } from "vitest";
import { stringify } from "yaml";
import { explanationOf } from "./noops-explain.ts";
import { lintReport } from "./noops-rules.ts";
import { testReport } from "./noops-test.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tapline-noops-"));
});
afterAll(() => rm(folder, { recursive: true }));

const fileOf = async (document: object): Promise<string> => {
  const file = join(folder, "rules.yaml");
  await writeFile(file, stringify(document));
  return file;
};

test("the shipped rules do in the documented series what is documented", async () => {
  const file = join(import.meta.dirname, "../../../../docs/noops-rules/shipped.test.yaml");
  expect(await testReport([file], {})).toEqual({ isSound: true, text: "7 of 7 series as expected" });
});

test("lint names each fault by its place, and what may be meant", async () => {
  const [first, ...rest] = defaultNoopsRules.rules;
  const rules = [{ ...first, when: "replica(target).silentms > 1.0" }, ...rest];
  const report = await lintReport(await fileOf({ ...defaultNoopsRules, rules }), {}, async () => []);
  expect(report.isSound).toBe(false);
  expect(report.text).toContain(
    "rules.replace-silent-replica.when: replica(…) has no silentms: did you mean silentMs?",
  );
});

test("lint warns of alerts that nobody raises", async () => {
  const [, , , , , , rotate] = defaultNoopsRules.rules;
  const rules = [{ ...rotate, when: 'alert("key-olt").active > 0' }];
  const { isSound, text } = await lintReport(await fileOf({ ...defaultNoopsRules, rules }), {}, async () => [
    "key-old",
  ]);
  expect(isSound).toBe(true);
  expect(text).toContain(
    "warning: rules.rotate-key-in-time: no rule of alerts is named key-olt: did you mean key-old?",
  );
});

test("a decision explains itself: evidence and ages, guards, what dry-run would have done", () => {
  const decision = {
    ...{ id: "01939b6c-0000-7000-8000-000000000001", ruleId: "scale-up", target: "validation" },
    ruleSet: { version: 3, sha256: "ab" },
    ...{ atEpochMs: 0, lastAtEpochMs: 60_000, times: 61, mode: "dry-run", state: "dry-run" },
    ...{ condition: "breached", says: "so for 60 s; pause: ada has paused all acts until it is resumed" },
    evidence: [{ name: 'wish("validation").replicas', value: 3, ageMs: 1_200, fault: null }],
    guards: [
      { guard: "kill-switch", passed: true, says: "" },
      { guard: "pause", passed: false, says: "ada has paused all acts until it is resumed" },
    ],
    act: { kind: "scale", workload: { service: "validation", colour: "blue" }, replicas: 3 },
    ...{ preview: "scale validation/blue from 2 to 3 replicas", before: null, after: null, word: null },
    ...{ undoUntilEpochMs: null, undoes: null, undoneBy: null, expiresAtEpochMs: null, fence: null },
    ...{ begunAtEpochMs: null, endedAtEpochMs: null, error: null },
  } satisfies Decision;
  const lines = explanationOf(decision, new Map());
  expect(lines).toEqual([
    "decision 01939b6c-0000-7000-8000-000000000001: dry-run",
    "by rule scale-up of version 3, in mode dry-run, for validation",
    "at 1970-01-01T00:00:00.000Z, the last of 61 times at 1970-01-01T00:01:00.000Z",
    "its condition holds: so for 60 s; pause: ada has paused all acts until it is resumed",
    "evidence:",
    '  wish("validation").replicas = 3, 1 s old',
    "guards:",
    "  passed   kill-switch",
    "  REFUSED  pause: ada has paused all acts until it is resumed",
    "it would have done: scale validation/blue from 2 to 3 replicas",
  ]);
  const word = { is: "approved", by: { kind: "operator", id: "eve" }, reason: null, atEpochMs: 0 } as const;
  const known = new Map([
    ["ada", "Ada Lovelace"],
    ["eve", "Eve"],
  ]);
  expect(
    explanationOf({ ...decision, word, error: "broken off: ada has pulled the kill switch" }, known),
  ).toEqual([
    ...lines.slice(0, 3),
    "its condition holds: so for 60 s; pause: Ada Lovelace (ada) has paused all acts until it is resumed",
    ...lines.slice(4, 8),
    "  REFUSED  pause: Ada Lovelace (ada) has paused all acts until it is resumed",
    lines[9],
    "approved by Eve (eve) at 1970-01-01T00:00:00.000Z",
    "failed: broken off: Ada Lovelace (ada) has pulled the kill switch",
  ]);
});
