import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DirectoryArchive } from "@tapline/adapters/sftp";
import { readRecipient } from "@tapline/core/encryption";
import { TaplineError } from "@tapline/core/kernel";
import { objectPaths } from "@tapline/core/transfer";
import { afterAll, beforeAll, expect, test } from "vitest";
import { MadeArchive } from "../cli/restore/archive.fixture.ts";
import { UniqueNames } from "./unique-names.ts";
import { type VerifyParts, verifyArchive } from "./verify-archive.ts";
import type { ArchiveFault } from "./verify-segment.ts";

const nowEpochMs = Date.UTC(2026, 10, 23, 12);
const all = { sinceDay: "", sampleRatio: 1, segment: null };
let made: MadeArchive;
let segment: string;

beforeAll(async () => {
  made = await MadeArchive.make(
    join(await mkdtemp(join(tmpdir(), "tapline-verify-")), ".tapline"),
    nowEpochMs,
  );
  segment = await made.addTaps([{ trackerSeq: 1, seq: 1 }], nowEpochMs);
  await made.addTaps([{ trackerSeq: 2, seq: 2 }], nowEpochMs + 1);
});
afterAll(() => rm(join(made.root, ".."), { recursive: true }));

async function verify(parts: Partial<VerifyParts> = {}) {
  const faults: ArchiveFault[] = [];
  const trust = made.pem("trust.pem");
  const sum = await verifyArchive(all, {
    ...{ reader: new DirectoryArchive(join(made.root, "archive")), names: new UniqueNames() },
    keys: made.rack("archive"),
    trust: { rootPems: [trust], crlPems: [trust] },
    ...{ catalogue: null, target: null, chance: Math.random, onDay: () => undefined },
    onFault: (fault) => faults.push(fault),
    ...parts,
  });
  return { sum, faults };
}

test.for(["object", "manifest", "signature"] as const)(
  "one flipped bit is found wherever it lies in the %s, and that file is named",
  { timeout: 60_000 },
  async (part) => {
    const path = objectPaths(segment)[part];
    const bytes = await readFile(made.local(path));
    for (let at = 0; at < bytes.length; at += 11) {
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8));
      await writeFile(made.local(path), flipped);
      const { sum, faults } = await verify();
      expect([at, sum.faults, faults[0]?.file]).toEqual([at, 1, path]);
    }
    await writeFile(made.local(path), bytes);
    expect((await verify()).sum).toMatchObject({ segments: 2, decrypted: 2, faults: 0 });
  },
);

test("an object that no key at hand opens is closed, and no fault; its digest is checked all the same", async () => {
  const successor = readRecipient(await readFile(await made.rotate(nowEpochMs), "utf8"));
  const later = await made.addTaps([{ trackerSeq: 3, seq: 3 }], nowEpochMs + 2);
  const escrow = readRecipient(made.pem("escrow.crt"));
  const openedBy = `key id ${successor.ski} (${successor.subject}) or key id ${escrow.ski} (${escrow.subject})`;
  const { sum } = await verify();
  expect(sum).toMatchObject({ objects: 3, decrypted: 2, closed: { [openedBy]: 1 }, faults: 0 });
  const both = new Map([...made.rack("archive"), ...made.rack("escrow")]);
  expect((await verify({ keys: both })).sum).toMatchObject({ decrypted: 3, closed: {}, faults: 0 });
  const path = objectPaths(later).object;
  const bytes = await readFile(made.local(path));
  bytes[bytes.length - 3]! ^= 1;
  await writeFile(made.local(path), bytes);
  const { faults } = await verify();
  expect(faults.map(({ file, code }) => [file, code])).toEqual([[path, "corrupt"]]);
});

test("an archive that falls silent ends it, and passes for no fault", async () => {
  const archive = new DirectoryArchive(join(made.root, "archive"));
  const silent = {
    list: (dir: string) => archive.list(dir),
    stat: (path: string) => archive.stat(path),
    read: () => Promise.reject(new TaplineError("unavailable", "the archive does not answer")),
  };
  await expect(verify({ reader: silent })).rejects.toMatchObject({ code: "unavailable" });
});
