import { cp, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { CatalogueRow } from "@tapline/adapters/prisma";
import { DirectoryArchive } from "@tapline/adapters/sftp";
import { type HierarchyFile, issueHierarchy, readRecipient } from "@tapline/core/encryption";
import { dayOfSegment, type Hold, listDay, rewrapPaths } from "@tapline/core/transfer";
import { beforeEach, expect, test } from "vitest";
import { temporaryFolder } from "../../../../tools/test-servers/index.ts";
import { MadeArchive } from "../cli/restore/archive.fixture.ts";
import type { LevelParts } from "./level-parts.ts";
import { levelRewraps } from "./level-rewraps.ts";
import { nothingLevelled } from "./levelled.ts";
import { rewrapSegment } from "./rewrap-segment.ts";

const nowEpochMs = Date.UTC(2026, 10, 23, 12);
let made: MadeArchive;
let next: Readonly<Record<string, HierarchyFile>>;
let roots: string[];
let segment: string;

beforeEach(async () => {
  made = await MadeArchive.make(join(await temporaryFolder(), ".tapline"), nowEpochMs);
  next = await issueHierarchy({ nowEpochMs, organisation: "Next", agents: [], hosts: [] });
  segment = await made.addTaps([{ trackerSeq: 1, seq: 1 }], nowEpochMs);
  roots = await Promise.all(["near", "far"].map(copyOf));
});

async function copyOf(name: string): Promise<string> {
  const root = join(await temporaryFolder(), name);
  await cp(join(made.root, "archive"), root, { recursive: true });
  return root;
}

const added = () => readRecipient(next["archive.crt"]!.pem);
const trust = () => ({ rootPems: [made.pem("trust.pem")], crlPems: [made.pem("trust.pem")] });

async function rewrapAt(place: number): Promise<void> {
  await rewrapSegment(segment, {
    ...{ archive: new DirectoryArchive(roots[place]!), added: added(), trust: trust(), signer: made.signer },
    keys: made.rack("archive"),
    ...{ clock: () => nowEpochMs + 1000, dryRun: false },
  });
}

/** Compares both archives; @returns what was found, and what was asked for by whom */
async function level(row: Partial<CatalogueRow>, holds: Hold[] = [], ageMs = 48 * 3_600_000) {
  const [tasks, keys, notes]: string[][] = [[], [], []];
  const faults: unknown[] = [];
  const targets = ["near", "far"].map((name, i) => ({ name, archive: new DirectoryArchive(roots[i]!) }));
  const parts = {
    ...{ targets, trust: trust(), actor: { kind: "job", id: "test" }, clock: () => nowEpochMs + ageMs },
    ...{ leftoverAfterMs: 24 * 3_600_000, onFault: (_: string, error: unknown) => faults.push(error) },
    copies: { lacksRewraps: async (_: string, target: string) => void tasks!.push(target) },
    keys: { note: async (_: string, ski: string) => void keys!.push(ski) },
    notes: { add: async ({ action }: { action: string }) => void notes!.push(action) },
    holds: { active: async () => holds },
  } as unknown as LevelParts;
  const day = dayOfSegment(segment);
  const listed = await Promise.all(
    targets.map(async (target) => ({ target, listing: await listDay(target.archive, day) })),
  );
  const full: CatalogueRow = {
    ...{ id: segment, objectBytes: 1, objectDigest: Buffer.alloc(32), manifestDigest: Buffer.alloc(32) },
    ...{ taps: 1, expired: false, targets: ["near", "far"], keys: [], ...row },
  };
  const sum = nothingLevelled();
  await levelRewraps(new Map([[segment, full]]), listed, parts, sum);
  return { sum, tasks, keys, notes, faults };
}

test("a rewrap that one archive lacks becomes a task there, and its key is noted where the key map lacks it", async () => {
  expect(await level({})).toMatchObject({ sum: nothingLevelled(), tasks: [], keys: [] });
  await rewrapAt(1);
  const found = await level({});
  expect(found).toMatchObject({ sum: { ...nothingLevelled(), rewraps: 1 }, tasks: ["near"], faults: [] });
  expect(found.keys).toEqual([added().ski]);
  expect((await level({ keys: [added().ski], targets: ["far"] })).tasks).toEqual([]);
  await rewrapAt(0);
  expect(await level({ keys: [added().ski] })).toMatchObject({ tasks: [], keys: [] });
});

test("a rewrap whose signature is another's is no key's", async () => {
  await rewrapAt(1);
  const { signature } = rewrapPaths(segment, added().ski);
  const own = join(made.root, "archive", `${dayOfSegment(segment)}/segment-${segment}.manifest.json.p7s`);
  await cp(own, join(roots[1]!, signature));
  expect(await level({})).toMatchObject({ keys: [], sum: { faults: 1 } });
});

test("rewraps of a segment that was removed go to quarantine, unless a hold keeps them", async () => {
  await rewrapAt(0);
  const day = join(roots[0]!, dayOfSegment(segment));
  for (const name of await readdir(day)) if (!name.includes(".rewrap-")) await rm(join(day, name));
  expect((await level({})).sum.leftovers).toBe(0);
  expect((await level({ expired: true }, [], 3_600_000)).sum.leftovers).toBe(0);
  const hold = {
    id: 1,
    kind: "segment",
    subject: segment,
    firstDay: null,
    lastDay: null,
    reason: "law",
  } as const;
  expect((await level({ expired: true }, [hold])).sum.leftovers).toBe(0);
  expect(await level({ expired: true })).toMatchObject({
    ...{ sum: { leftovers: 1 }, notes: ["segment.leftovers-quarantined"] },
  });
  expect(await readdir(day)).toEqual([]);
  expect(await readdir(join(roots[0]!, "quarantine"))).toHaveLength(3);
});
