import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  connectPrisma,
  GapLedger,
  GapStatements,
  type PrismaClient,
  SiteStatements,
} from "@tapline/adapters/prisma";
import { FleetStore } from "@tapline/adapters/prisma/fleet";
import { SftpArchive } from "@tapline/adapters/sftp";
import { issueHierarchy } from "@tapline/core/encryption";
import type { SiteStatement } from "@tapline/core/transfer";
import { afterEach, beforeEach, expect, test } from "vitest";
import { freshDatabase, sharedSshd, temporaryFolder } from "../../../../tools/test-servers/index.ts";
import { type StateGapsParts, stateGaps } from "./state-gaps.ts";
import { type StateSitesParts, stateSites } from "./state-sites.ts";

const [hourMs, dayMs] = [3_600_000, 24 * 3_600_000];
const tapline = join(import.meta.dirname, "../../bin/tapline.mjs");
let url: string;
let prisma: PrismaClient;
let archive: SftpArchive;
let rootDir: string;
let pki: string;
let nowEpochMs: number;
let parts: StateSitesParts & StateGapsParts;
let unbalanced: SiteStatement[];

beforeEach(async () => {
  const [sshd, dir] = [await sharedSshd(), await temporaryFolder()];
  url = await freshDatabase();
  prisma = connectPrisma(url);
  ({ rootDir } = sshd);
  archive = new SftpArchive({ url: sshd.url, hostKeyPin: sshd.hostKeyPin, privateKey: sshd.privateKey });
  pki = join(dir, "pki");
  await mkdir(pki);
  const files = await issueHierarchy({
    nowEpochMs: Date.now() - 5 * dayMs,
    organisation: "Test",
    agents: [],
    hosts: [],
  });
  for (const [name, { pem }] of Object.entries(files)) await writeFile(join(pki, name), pem);
  const pem = (name: string) => files[name]?.pem ?? "";
  nowEpochMs = Math.floor(Date.now() / dayMs) * dayMs - dayMs;
  unbalanced = [];
  parts = {
    ...{
      archive,
      statements: new GapStatements(prisma),
      sites: new SiteStatements(prisma),
      clock: () => nowEpochMs,
    },
    signer: { certPem: pem("signer.crt"), keyPem: pem("signer.key"), chainPem: [pem("intermediate.crt")] },
    onOther: () => undefined,
    onOtherSite: () => undefined,
    onUnbalanced: (statement) => unbalanced.push(statement),
  };
});
afterEach(async () => {
  await archive.close();
  await prisma.$disconnect();
});

/** What an agent with nothing in its outbox says, its next number being `nextSeq`; then an hour passes. */
async function says(agent: string, nextSeq: number): Promise<void> {
  const report = {
    ...{ version: "1.0.0", platform: "linux-x64", startedAtEpochMs: 1, configRevision: 0, clockSkewMs: 0 },
    ...({ link: "grpc", paused: null, readers: {}, certificateEndsAtEpochMs: null } as const),
    outbox: { epoch: 1, nextSeq, taps: 0, bytes: 0, oldestAgeMs: 0 },
  };
  await new FleetStore(prisma).keepReports([{ agent, report, seenAtEpochMs: nowEpochMs }]);
  nowEpochMs += hourMs;
  await new GapLedger(prisma).sweep(60_000, nowEpochMs);
}

/** Taps of an agent that were refused: they have an end without an archive. */
async function refused(agent: string, seqs: readonly number[]): Promise<void> {
  await prisma.quarantinedTap.createMany({
    data: seqs.map((seq) => ({
      ...{
        agent,
        epoch: 1n,
        seq: BigInt(seq),
        reason: "schema",
        detail: "",
        reader: "r",
        readAt: new Date(nowEpochMs),
      },
      ...{
        digest: new Uint8Array(32),
        sealedPayload: new Uint8Array(28),
        quarantinedAt: new Date(nowEpochMs),
      },
    })),
  });
}

function run(program: string, ...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(program, args, { env: { DATABASE_URL: url } }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });
}
const site = (...args: string[]) => run(process.execPath, tapline, "site", ...args);
const verify = (file: string) => site("verify", file, "--trust", join(pki, "trust.pem"));
const openssl = (file: string) =>
  run(
    ...(["/usr/bin/openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", `${file}.p7s`] as const),
    ...(["-content", file, "-CAfile", join(pki, "trust.pem"), "-crl_check_all"] as const),
    ...(["-attime", String(Math.floor(nowEpochMs / 1000)), "-purpose", "any", "-out", "/dev/null"] as const),
  );
const fileOf = (name: string, day: string) =>
  join(rootDir, "statements", day.replaceAll("-", "/"), `site-${name}.json`);
const actions = async () =>
  (
    await prisma.auditEntry.findMany({
      where: { subject: { startsWith: "site/" } },
      orderBy: { action: "asc" },
    })
  ).map(({ action, subject }) => `${subject} ${action}`);

test("each site's day is one signed line, balanced or told; it waits for its agents' days", async () => {
  await says("gate-1", 1);
  await says("gate-2", 1);
  await refused("gate-1", [1, 2]);
  for (let i = 0; i < 2; i++) await says("gate-1", 3);
  for (let i = 0; i < 2; i++) await says("gate-2", 4);
  const day = new Date(nowEpochMs).toISOString().slice(0, 10);
  const act = { actor: { kind: "operator", id: "ann" }, reason: "moved" } as const;
  await new SiteStatements(prisma).setSite("gate-2", "north", act, nowEpochMs);
  nowEpochMs += dayMs;
  expect(await stateSites(parts)).toEqual({ made: 0, stored: 0 });
  await stateGaps(parts);
  expect(await stateSites(parts)).toEqual({ made: 2, stored: 2 });
  expect(await stateSites(parts)).toEqual({ made: 0, stored: 0 });
  expect(JSON.parse(await readFile(fileOf("default", day), "utf8"))).toMatchObject({
    tapped: 2,
    quarantined: 2,
    balanced: true,
  });
  expect(unbalanced).toMatchObject([{ site: "north", tapped: 3, missing: 3, balanced: false }]);
  expect(await actions()).toEqual([
    "site/default site.stated",
    "site/north site.stated",
    "site/north site.unbalanced",
  ]);
  expect(await verify(fileOf("north", day))).toMatchObject({
    code: 2,
    out: expect.stringMatching(/NOT balanced: 3 tapped = 0 archived .* 3 missing\ngenuine: signed by/),
  });
  expect((await openssl(fileOf("north", day))).code).toBe(0);
  const bytes = await readFile(fileOf("north", day));
  await writeFile(fileOf("north", day), bytes.toString().replace('"missing":3', '"missing":2'));
  expect((await verify(fileOf("north", day))).code).toBe(1);
  expect((await openssl(fileOf("north", day))).code).not.toBe(0);
}, 180_000);

test("where an agent stands is said by command, audited, and counts at once", async () => {
  await says("gate-1", 1);
  const day = new Date(nowEpochMs).toISOString().slice(0, 10);
  const at = ["--id", "gate-1", "--site", "north", "--reason", "moved", "--by", "ann", "--yes"];
  const set = await run(process.execPath, tapline, "agent", "set-site", ...at);
  expect(set).toMatchObject({ code: 0, out: "agent gate-1 stands at site north\n" });
  const entry = await prisma.auditEntry.findFirstOrThrow({ where: { action: "site.set" } });
  expect([entry.actorId, entry.subject]).toEqual(["ann", "agent/gate-1"]);
  expect((await site("ls", "--day", day)).out).toBe(
    `site north, ${day} (UTC): 0 tapped = 0 archived + 0 duplicates + 0 quarantined + 0 pending; not stated yet\n`,
  );
}, 180_000);

test("an archive that is away gets the same bytes later of a site", { timeout: 120_000 }, async () => {
  await says("gate-1", 1);
  nowEpochMs += dayMs;
  await stateGaps(parts);
  await expect(
    stateSites({ ...parts, archive: { put: () => Promise.reject(new Error("away")) } }),
  ).rejects.toThrow("away");
  expect(await stateSites(parts)).toEqual({ made: 0, stored: 1 });
});
