import { execFile } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { connectPrisma, type PrismaClient } from "@tapline/adapters/prisma";
import { type HierarchyFile, issueHierarchy, readRecipient } from "@tapline/core/encryption";
import { objectPaths } from "@tapline/core/transfer";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freshDatabase, temporaryFolder } from "../../../../tools/test-servers/index.ts";
import { MadeArchive } from "./restore/archive.fixture.ts";

const nowEpochMs = Date.UTC(2026, 10, 23, 12);
const dayMs = 24 * 3600 * 1000;
const command = join(import.meta.dirname, "../../bin/tapline.mjs");
let url: string;
let prisma: PrismaClient;
let base: string;
let made: MadeArchive;
let next: Readonly<Record<string, HierarchyFile>>;
let segments: string[];

beforeAll(async () => {
  url = await freshDatabase();
  prisma = connectPrisma(url);
  base = await temporaryFolder();
  made = await MadeArchive.make(join(base, ".tapline"), nowEpochMs);
  next = await issueHierarchy({ nowEpochMs, organisation: "Next", agents: [], hosts: [] });
  for (const name of ["archive.crt", "archive.key"]) await writeFile(join(base, name), next[name]!.pem);
  segments = [
    await made.addTaps([{ trackerSeq: 1, seq: 1 }], nowEpochMs),
    await made.addTaps([{ trackerSeq: 2, seq: 2 }], nowEpochMs + dayMs),
    await made.addTaps([{ trackerSeq: 3, seq: 3 }], nowEpochMs + 2 * dayMs),
  ];
});
afterAll(async () => {
  await prisma.$disconnect();
  await rm(base, { recursive: true });
});

/** Runs the real command in `base`, where the private folder lies. */
function tapline(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const options = { cwd: base, env: { DATABASE_URL: url } };
    execFile(process.execPath, [command, "archive", ...args], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

const rewrap = (...args: string[]) =>
  tapline("rewrap", "--to", "archive.crt", "--by", "ada", "--reason", "new safe", "--yes", "--json", ...args);

async function audited(): Promise<object[]> {
  const rows = await prisma.auditEntry.findMany({
    where: { action: { startsWith: "archive.rewrap" } },
    orderBy: { id: "asc" },
  });
  return rows.map(({ bytes }) => JSON.parse(Buffer.from(bytes).toString("utf8")));
}

test("rewrap takes only who can receive objects, and only from who can open them", {
  timeout: 60_000,
}, async () => {
  const signer = await tapline("rewrap", "--to", ".tapline/pki/signer.crt", "--reason", "x", "--yes");
  expect(signer).toMatchObject({ code: 1 });
  expect(signer.stderr).toContain("keyAgreement");
  expect((await rewrap("--dry-run", "--cert", "archive.crt")).stderr).toContain("go together");
  const mixed = await rewrap("--dry-run", "--cert", "archive.crt", "--key", ".tapline/pki/archive.key");
  expect(mixed).toMatchObject({ code: 1 });
  expect(mixed.stderr).toContain("does not belong to the certificate");
});

test("rewrap goes day by day, is audited, and restore and verify take the new key", {
  timeout: 120_000,
}, async () => {
  const dry = await rewrap("--dry-run");
  expect(JSON.parse(dry.stdout)).toMatchObject({ rewrapped: 3, failed: 0, dryRun: true });
  expect(await audited()).toEqual([]);

  const some = await rewrap("--since", "2026-11-24");
  expect(JSON.parse(some.stdout)).toMatchObject({ rewrapped: 2, present: 0, recipient: 0, failed: 0 });
  const { ski, certSha256, subject } = readRecipient(next["archive.crt"]!.pem);
  const whom = { recipient: subject, certSha256 };
  expect(await audited()).toMatchObject([
    {
      ...{
        action: "archive.rewrap-started",
        subject: `key/${ski}`,
        commitments: { reason: expect.any(String) },
      },
      ...{ actor: { kind: "operator", id: "ada" }, facts: { sinceDay: "2026/11/24", ...whom } },
    },
    { action: "archive.rewrapped", facts: { rewrapped: 2, failed: 0, ...whom } },
  ]);

  await rm(made.local(objectPaths(segments[0]!).object));
  const rest = await rewrap();
  expect(rest.code).toBe(2);
  expect(JSON.parse(rest.stdout)).toMatchObject({ rewrapped: 0, present: 2, failed: 1 });
  expect(rest.stderr).toContain(`failed: ${objectPaths(segments[0]!).object}: `);

  const key = ["--cert", "archive.crt", "--key", "archive.key"];
  const verified = await tapline("verify", "--since", "2026-11-24", "--no-index", "--json", ...key);
  expect(JSON.parse(verified.stdout)).toMatchObject({ segments: 2, decrypted: 2, rewraps: 2, faults: 0 });
  const restored = await tapline("restore", "--out", "out", "--json", ...key);
  expect(JSON.parse(restored.stdout)).toMatchObject({ segments: 3, restored: 2, taps: 2 });
});

test("after a rotation one run rewraps what either key opens, and counts what is closed", {
  timeout: 120_000,
}, async () => {
  const other = await MadeArchive.make(join(base, "rotated/.tapline"), nowEpochMs);
  await other.addTaps([{ trackerSeq: 1, seq: 1 }], nowEpochMs);
  const certFile = await other.rotate(nowEpochMs);
  await other.addTaps([{ trackerSeq: 2, seq: 2 }], nowEpochMs + 1);
  const pki = join(other.root, "pki");
  await rm(join(pki, "escrow.key"));
  const place = ["--archive", join(other.root, "archive"), "--trust", join(pki, "trust.pem")];
  const both = await rewrap("--dry-run", ...place, "--keys", pki);
  expect(JSON.parse(both.stdout)).toMatchObject({ rewrapped: 2, closed: 0, failed: 0 });
  const one = await rewrap(
    "--dry-run",
    ...place,
    "--cert",
    certFile,
    "--key",
    certFile.replace(/crt$/, "key"),
  );
  expect(one).toMatchObject({ code: 1, stderr: expect.stringMatching(/^closed: .* opens with key id /) });
  expect(JSON.parse(one.stdout)).toMatchObject({ rewrapped: 1, closed: 1, failed: 0 });
});
