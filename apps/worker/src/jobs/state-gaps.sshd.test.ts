import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { connectPrisma, GapLedger, GapStatements, type PrismaClient } from "@tapline/adapters/prisma";
import { FleetStore } from "@tapline/adapters/prisma/fleet";
import { SftpArchive } from "@tapline/adapters/sftp";
import { issueHierarchy } from "@tapline/core/encryption";
import { archivedSegments } from "@tapline/core/transfer";
import { afterEach, beforeEach, expect, test } from "vitest";
import { freshDatabase, sharedSshd, temporaryFolder } from "../../../../tools/test-servers/index.ts";
import { type StateGapsParts, stateGaps } from "./state-gaps.ts";

const tapline = join(import.meta.dirname, "../../bin/tapline.mjs");
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

let url: string;
let prisma: PrismaClient;
let archive: SftpArchive;
let rootDir: string;
let pki: string;
let parts: StateGapsParts;
let ledger: GapLedger;
let nowEpochMs: number;
let others: unknown[];

beforeEach(async () => {
  [url, pki] = [await freshDatabase(), await temporaryFolder()];
  prisma = connectPrisma(url);
  const sshd = await sharedSshd();
  rootDir = sshd.rootDir;
  archive = new SftpArchive({ url: sshd.url, hostKeyPin: sshd.hostKeyPin, privateKey: sshd.privateKey });
  const files = await issueHierarchy({
    ...{ nowEpochMs: Date.now() - 3 * dayMs, organisation: "Test" },
    ...{ agents: ["gate-1"], hosts: ["localhost"] },
  });
  for (const [name, { pem }] of Object.entries(files)) await writeFile(join(pki, name), pem);
  const pem = (name: string) => files[name]?.pem ?? "";
  [ledger, others] = [new GapLedger(prisma), []];
  // The day of the reports began yesterday, so that it can end while certificates hold.
  nowEpochMs = Math.floor(Date.now() / dayMs) * dayMs - dayMs;
  parts = {
    ...{ archive, statements: new GapStatements(prisma), clock: () => nowEpochMs },
    signer: { certPem: pem("signer.crt"), keyPem: pem("signer.key"), chainPem: [pem("intermediate.crt")] },
    onOther: (day) => others.push(day),
  };
});
afterEach(async () => {
  await archive.close();
  await prisma.$disconnect();
});

/** What an agent with `taps` taps in its outbox says; then an hour passes. */
async function says(agent: string, nextSeq: number, taps = 0): Promise<void> {
  const report = {
    ...{ version: "1.0.0", platform: "linux-x64", startedAtEpochMs: 1, configRevision: 0, clockSkewMs: 0 },
    ...({ link: "grpc", paused: null, readers: {}, certificateEndsAtEpochMs: null } as const),
    outbox: { epoch: 1, nextSeq, taps, bytes: 0, oldestAgeMs: taps === 0 ? 0 : 30 * dayMs },
  };
  await new FleetStore(prisma).keepReports([{ agent, report, seenAtEpochMs: nowEpochMs }]);
  nowEpochMs += hourMs;
  await ledger.sweep(60_000, nowEpochMs);
}

function run(program: string, ...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const env = { DATABASE_URL: url, ...signerEnvironment() };
  return new Promise((resolve) => {
    execFile(program, args, { env }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });
}
const signerEnvironment = () => ({
  TAPLINE_SIGNER_CERT: join(pki, "signer.crt"),
  TAPLINE_SIGNER_KEY: join(pki, "signer.key"),
  TAPLINE_SIGNER_CHAIN: join(pki, "intermediate.crt"),
});
const gap = (...args: string[]) => run(process.execPath, tapline, "gap", ...args);
const verify = (file: string) => gap("verify", file, "--trust", join(pki, "trust.pem"));
const openssl = (file: string) =>
  run(
    ...(["/usr/bin/openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", `${file}.p7s`] as const),
    ...(["-content", file, "-CAfile", join(pki, "trust.pem"), "-crl_check_all"] as const),
    ...(["-attime", String(Math.floor(nowEpochMs / 1000)), "-purpose", "any", "-out", "/dev/null"] as const),
  );

test("a day of an agent is stated once it has ended, and its statement stands in the archive", async () => {
  await says("gate-1", 1);
  const day = new Date(nowEpochMs).toISOString().slice(0, 10);
  expect(await stateGaps(parts)).toEqual({ made: 0, stored: 0 });
  nowEpochMs += dayMs;
  expect(await stateGaps(parts)).toEqual({ made: 1, stored: 1 });
  expect(await stateGaps(parts)).toEqual({ made: 0, stored: 0 });
  const file = join(rootDir, "statements", day.replaceAll("-", "/"), "agent-gate-1.json");
  const stated = JSON.parse(await readFile(file, "utf8"));
  expect(stated).toMatchObject({ agent: "gate-1", day, noGap: true, epochs: [] });
  const verified = await verify(file);
  expect([verified.code, verified.err]).toEqual([0, ""]);
  expect(verified.out).toContain("no gap");
  expect((await openssl(file)).code).toBe(0);
  const segments: string[] = [];
  for await (const segment of archivedSegments(archive)) segments.push(segment);
  expect(segments).toEqual([]);
}, 60_000);

test("one flipped bit in statement or signature is found, by the command and by openssl", async () => {
  await says("gate-1", 1);
  nowEpochMs += dayMs;
  await stateGaps(parts);
  const [one] = await prisma.gapStatement.findMany();
  const day = (one?.day.toISOString().slice(0, 10) ?? "").replaceAll("-", "/");
  const file = join(rootDir, "statements", day, "agent-gate-1.json");
  for (const name of [file, `${file}.p7s`]) {
    const bytes = await readFile(name);
    const flipped = Buffer.from(bytes);
    const at = Math.floor(bytes.length / 2);
    flipped[at] = (flipped[at] ?? 0) ^ 1;
    await writeFile(name, flipped);
    expect((await verify(file)).code).toBe(1);
    expect((await openssl(file)).code).not.toBe(0);
    await writeFile(name, bytes);
  }
  expect((await verify(file)).code).toBe(0);
}, 60_000);

test("a day with holes is stated as such; one with pending taps waits two days for them", async () => {
  await says("holes", 4);
  await says("holes", 4);
  await says("pending", 4, 3);
  nowEpochMs += dayMs;
  expect(await stateGaps(parts)).toEqual({ made: 1, stored: 1 });
  nowEpochMs += 2 * dayMs;
  expect(await stateGaps(parts)).toEqual({ made: 1, stored: 1 });
  const rows = await prisma.gapStatement.findMany({ orderBy: { agent: "asc" } });
  expect(rows.map(({ agent, noGap }) => [agent, noGap])).toEqual([
    ["holes", false],
    ["pending", false],
  ]);
  const day = (rows[0]?.day.toISOString().slice(0, 10) ?? "").replaceAll("-", "/");
  const verified = await verify(join(rootDir, "statements", day, "agent-holes.json"));
  expect(verified.code).toBe(2);
  expect(verified.out).toContain("NOT without gap");
  expect(verified.out).toContain("holes: 1-3");
}, 60_000);

test("an archive that is away gets the same bytes later; another statement that stands there stays", async () => {
  await says("gate-1", 1);
  await says("gate-2", 1);
  const day = new Date(nowEpochMs).toISOString().slice(0, 10);
  nowEpochMs += dayMs;
  const away = { put: () => Promise.reject(new Error("away")) };
  await expect(stateGaps({ ...parts, archive: away })).rejects.toThrow("away");
  await archive.put(`statements/${day.replaceAll("-", "/")}/agent-gate-2.json`, Buffer.from("earlier"));
  expect(await stateGaps(parts)).toEqual({ made: 0, stored: 2 });
  expect(others).toEqual([{ agent: "gate-2", day }]);
}, 60_000);

test("a statement can be had at any time, by command", async () => {
  await says("gate-1", 3);
  const day = new Date(nowEpochMs).toISOString().slice(0, 10);
  const out = await temporaryFolder();
  const made = await gap("statement", "--agent", "gate-1", "--day", day, "--out", out, "--by", "ann");
  expect([made.code, made.err]).toEqual([0, ""]);
  const file = join(out, `agent-gate-1.${day}.json`);
  expect((await verify(file)).out).toMatch(/numbers 1-2: 0 archived.*holes: 1-2\ngenuine: signed by/);
  const entries = await prisma.auditEntry.findMany({ where: { action: "gap.stated" } });
  expect(entries.map(({ actorId, subject }) => [actorId, subject])).toEqual([["ann", "agent/gate-1"]]);
  expect((await gap("statement", "--agent", "nobody", "--day", day)).err).toContain(
    "nothing is known of agent",
  );
  expect((await gap("statement", "--agent", "gate-1", "--day", "yesterday")).err).toContain("is not a day");
  expect((await gap("ls", "--agent", "gate-2")).out).toBe("no gap\n");
  expect((await gap("ls", "--open")).out).toMatch(/^agent gate-1 {2}epoch 1 {2}1-2 {2}open for/);
}, 60_000);
