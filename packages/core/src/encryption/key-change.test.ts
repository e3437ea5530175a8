import { beforeAll, expect, test } from "vitest";
import { issueHierarchy } from "./issue-hierarchy.ts";
import { needsTwoPersons, rotationTo, standOf, stateChange, stepOf } from "./key-change.ts";
import { effectOf, takenOut } from "./key-effect.ts";
import { type RingKey, readRingKey } from "./key-ring.ts";

let [archive, escrow]: RingKey[] = [];
let successor = "";
const nothing = { segments: 0, taps: 0, firstAtEpochMs: null, lastAtEpochMs: null };
const something = { segments: 2, taps: 40, firstAtEpochMs: 0, lastAtEpochMs: 86_400_000 };
const nobodyLoses = { without: { lost: nothing, gone: nothing, unsure: [] }, opened: null };

beforeAll(async () => {
  const request = { nowEpochMs: Date.now(), organisation: "Test", agents: [], hosts: [] };
  const [files, later] = await Promise.all([issueHierarchy(request), issueHierarchy(request)]);
  archive = readRingKey(files["archive.crt"]!.pem, "archive");
  escrow = readRingKey(files["escrow.crt"]!.pem, "escrow");
  successor = later["archive.crt"]!.pem;
});

const ring = (): RingKey[] => [archive!, escrow!];

test("a rotation is one step, and none where other keys are active than those that were looked at", () => {
  const change = rotationTo(ring(), "archive", successor);
  const { after } = stepOf(ring(), change);
  expect(after.map(({ role, state }) => `${role} ${state}`)).toEqual([
    ...["archive retiring", "escrow active", "archive active"],
  ]);
  expect(() => stepOf(after, change)).toThrow("other archive keys are active now");
  expect(() => rotationTo([], "archive", successor)).toThrow("nothing to rotate");
});

test("what was asked for of a key is not done to one that is in another state meanwhile", () => {
  const retiring = { ...archive!, state: "retiring" } as const;
  const other = readRingKey(successor, "archive");
  expect(stateChange("retire", archive!)).toMatchObject({ from: "active", to: "retiring" });
  expect(stateChange("retire", retiring)).toMatchObject({ from: "retiring", to: "retired" });
  expect(() => stepOf([retiring, other], stateChange("retire", archive!))).toThrow(
    /is retiring now, and was active/,
  );
  expect(() => stepOf([other], stateChange("retire", archive!))).toThrow("the ring has no such key");
});

test("a second person is needed for what lets a key in, or in again, or shuts one out for ever, and to end that rule", () => {
  expect(needsTwoPersons({ kind: "add", role: "other", certPem: successor })).toBe(true);
  expect(needsTwoPersons(rotationTo(ring(), "archive", successor))).toBe(true);
  expect(needsTwoPersons(stateChange("revoke", archive!))).toBe(true);
  expect(needsTwoPersons({ kind: "rule", twoPersons: false })).toBe(true);
  expect(needsTwoPersons({ kind: "rule", twoPersons: true })).toBe(false);
  expect(needsTwoPersons(stateChange("retire", archive!))).toBe(false);
  expect(needsTwoPersons(stateChange("activate", { ...archive!, state: "retiring" }))).toBe(false);
  const back = { kind: "state", key: archive!.certSha256, from: "retired", to: "retiring" } as const;
  expect(needsTwoPersons(back)).toBe(true);
});

test("a ring's stand is another one after each change, and the same in any order", () => {
  const on = { twoPersons: true };
  expect(standOf(ring(), on)).toBe(standOf(ring().reverse(), on));
  expect(standOf(ring(), on)).not.toBe(standOf(ring(), { twoPersons: false }));
  expect(standOf(ring(), on)).not.toBe(standOf([archive!, { ...escrow!, state: "revoked" }], on));
});

test("an effect says to whom new objects go, what old ones open with, and refuses what would lose some", () => {
  const retired = { ...archive!, state: "retiring" } as const;
  const next = { ...readRingKey(successor, "archive") };
  const change = stateChange("retire", retired);
  const step = stepOf([retired, escrow!, next], change);
  expect(takenOut(change, [retired, escrow!, next], step)).toEqual([archive!.ski]);
  const losing = { without: { lost: something, gone: nothing, unsure: ["an old key"] }, opened: something };
  const effect = effectOf(change, [retired, escrow!, next], step, losing);
  expect(effect).toMatchObject({ isLosing: true, refusal: expect.stringContaining("cannot be retired") });
  expect(effect.what).toMatch(/retiring → retired$/);
  expect(effect.lines.join(" ")).toMatch(
    /encrypted to .*; .*it opens 2 segments with 40 taps, archived 1970-01-01 to 1970-01-02/,
  );
  const rotation = rotationTo(ring(), "archive", successor);
  const rotated = effectOf(rotation, ring(), stepOf(ring(), rotation), nobodyLoses);
  expect(rotated).toMatchObject({ refusal: null, isLosing: false });
  expect(rotated.what).toContain("takes the place of");
  // A renewed certificate of the same key keeps it in use.
  const renewed = { ...archive!, certSha256: "f".repeat(64) };
  const revoke = stateChange("revoke", archive!);
  expect(takenOut(revoke, [archive!, renewed], stepOf([archive!, renewed], revoke))).toEqual([]);
});
