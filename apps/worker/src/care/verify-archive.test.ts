import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DirectoryArchive } from "@tapline/adapters/sftp";
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
    recipient: { certPem: made.pem("archive.crt"), keyPem: made.pem("archive.key") },
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

test("an archive that falls silent ends it, and passes for no fault", async () => {
  const archive = new DirectoryArchive(join(made.root, "archive"));
  const silent = {
    list: (dir: string) => archive.list(dir),
    stat: (path: string) => archive.stat(path),
    read: () => Promise.reject(new TaplineError("unavailable", "the archive does not answer")),
  };
  await expect(verify({ reader: silent })).rejects.toMatchObject({ code: "unavailable" });
});
