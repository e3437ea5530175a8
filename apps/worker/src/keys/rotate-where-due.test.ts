import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { issueHierarchy, type RingKey, readRingKey, stepOf } from "@tapline/core/encryption";
import { TaplineError } from "@tapline/core/kernel";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type RotateParts, rotateWhereDue } from "./rotate-where-due.ts";

const dayMs = 24 * 3_600_000;
const nowEpochMs = Date.now();
let folder: string;
let ring: RingKey[];
let actor: string;
const twoPersons = "pass" as const;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tapline-rotate-"));
  const files = await issueHierarchy({ nowEpochMs, organisation: "T", agents: [], hosts: [] });
  for (const [name, { pem }] of Object.entries(files)) await writeFile(join(folder, name), pem);
  ring = [readRingKey(files["archive.crt"]!.pem, "archive"), readRingKey(files["escrow.crt"]!.pem, "escrow")];
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const parts: RotateParts = {
  desk: {
    standing: () => Promise.resolve({ ring, twoPersons: true, stand: "" }),
    change: (change, act, wish) => {
      expect(wish.twoPersons).toBe("pass");
      actor = act.actor.id;
      ring = [...stepOf(ring, change).after];
      return Promise.resolve({ is: "made", ring });
    },
  },
};

test("the archive's key is rotated once it is old enough, and its successor is on disk before", async () => {
  const at = (days: number) => ({ folder, afterDays: 30, nowEpochMs: nowEpochMs + days * dayMs, twoPersons });
  expect(await rotateWhereDue(at(10), parts)).toBeNull();
  const rotated = await rotateWhereDue(at(31), parts);
  expect(ring.map(({ role, state }) => `${role} ${state}`)).toEqual([
    "archive retiring",
    "escrow active",
    "archive active",
  ]);
  const names = await readdir(folder);
  expect(names.filter((name) => /^archive-[0-9a-f]{12}\.(crt|key)$/.test(name))).toHaveLength(2);
  expect(rotated?.successor.certSha256).toBe(ring[2]?.certSha256);
  expect(actor).toBe("key-rotation");
  expect(await rotateWhereDue(at(32), parts)).toBeNull();
  const act = { actor: { kind: "rule", id: "rotate-key-in-time" }, reason: "a decision" } as const;
  expect(await rotateWhereDue(at(70), parts, act)).not.toBeNull();
  expect(actor).toBe("rotate-key-in-time");
});

test("a successor that is refused, or that nobody wants any more, leaves no file; one of which nobody knows stays", async () => {
  const wish = { folder, afterDays: 1, nowEpochMs: nowEpochMs + 200 * dayMs, twoPersons };
  const before = await readdir(folder);
  const failing = (error: Error): RotateParts => ({
    desk: { ...parts.desk, change: () => Promise.reject(error) },
  });
  const fenced = new TaplineError("conflict", "another process decides by now");
  await expect(rotateWhereDue(wish, failing(fenced))).rejects.toBe(fenced);
  const stopping = new AbortController();
  const desk = {
    ...parts.desk,
    standing: () => {
      setImmediate(() => stopping.abort(new Error("the kill switch")));
      return parts.desk.standing();
    },
  };
  await expect(rotateWhereDue(wish, { desk, signal: stopping.signal })).rejects.toThrow("the kill switch");
  expect(await readdir(folder)).toEqual(before);
  await expect(rotateWhereDue(wish, failing(new Error("no answer")))).rejects.toThrow("no answer");
  expect(await readdir(folder)).toHaveLength(before.length + 2);
});

test("where no key can be issued nothing is changed", async () => {
  const before = ring;
  const nowhere = {
    folder: join(folder, "none"),
    afterDays: 1,
    nowEpochMs: nowEpochMs + 400 * dayMs,
    twoPersons,
  };
  await expect(rotateWhereDue(nowhere, parts)).rejects.toMatchObject({ code: "misconfigured" });
  expect(ring).toEqual(before);
});
