import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { AuditLog, auditRow, connectPrisma, type PrismaClient } from "@tapline/adapters/prisma";
import { SftpArchive } from "@tapline/adapters/sftp";
import {
  formatTlogProof,
  formatVerifierKey,
  LogFiles,
  makeLogKey,
  newEntry,
  openLogSigner,
} from "@tapline/core/audit";
import { messageOf } from "@tapline/core/kernel";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import {
  freshDatabase,
  sharedSshd,
  temporaryFolder,
  testEnvironment,
} from "../../../../tools/test-servers/index.ts";
import { publishAudit } from "./publish-audit.ts";

const run = promisify(execFile);
const size = 2 * 256 + 91;
const olderSize = 300;

describe.skipIf(inject("go") === null)("what lies in the archive, read by golang.org/x/mod/sumdb", () => {
  const signer = openLogSigner(makeLogKey());
  const files = new LogFiles(signer.origin);
  let prisma: PrismaClient;
  let log: AuditLog;
  let folder: string;
  let rootDir: string;
  let program: string;

  beforeAll(async () => {
    folder = await temporaryFolder();
    program = join(folder, "read-archived-log");
    const source = new URL("read-archived-log.go", import.meta.url).pathname;
    // As Debian lays its Go libraries out.
    const debianGo = { GOPATH: "/usr/share/gocode", GO111MODULE: "off", GOFLAGS: "" };
    const building = run(inject("go") ?? "", ["build", "-o", program, source], {
      env: testEnvironment({ ...debianGo, GOCACHE: join(folder, "cache"), HOME: folder }),
    });
    prisma = connectPrisma(await freshDatabase());
    log = new AuditLog(prisma, signer.origin);
    const sshd = await sharedSshd();
    ({ rootDir } = sshd);
    const archive = new SftpArchive({
      url: sshd.url,
      hostKeyPin: sshd.hostKeyPin,
      privateKey: sshd.privateKey,
    });
    const { signal } = new AbortController();
    for (const [from, end] of [
      [0, olderSize],
      [olderSize, size],
    ] as const) {
      await grow(from, end);
      await publishAudit({ auditLog: log, archive, logKey: signer.key, signal });
    }
    await archive.close();
    await building;
  }, 240_000);
  afterAll(() => prisma.$disconnect());

  /** Writes entries `from` up to `end`, of several lengths, and gives them their places. */
  async function grow(from: number, end: number): Promise<void> {
    const data = Array.from({ length: end - from }, (_, i) =>
      auditRow(
        newEntry(1_790_000_000_000 + from + i, randomBytes, {
          ...{ actor: { kind: "job", id: "test" }, action: "gap.swept", subject: `gap/${from + i}` },
          ...{ reason: "x".repeat((from + i) % 400), facts: {} },
        }),
      ),
    );
    await prisma.auditEntry.createMany({ data });
    while ((await log.sequence(signer, 1)) > 0);
  }

  /** What the program says, or why it ends with 1. */
  async function read(...args: string[]): Promise<string> {
    return await run(program, [formatVerifierKey(signer.key), ...args]).then(
      ({ stdout }) => stdout.trim(),
      (error: unknown) => messageOf(error),
    );
  }
  const at = (path: string) => join(rootDir, path);
  const whole = () =>
    read(
      at(files.checkpoints).replace(/\/checkpoint$/, ""),
      at(files.checkpoint(size)),
      at(files.checkpoint(olderSize)),
    );

  test("every entry is proven, and the log goes on from its older checkpoint", async () => {
    expect(await whole()).toBe(`${size} entries, grown from ${olderSize}`);
  });

  test.for([
    [
      "a tile of leaves",
      files.tile({ level: 0, index: 1, width: 256 }),
      40 * 32,
      "consistency: invalid transparency proof",
    ],
    [
      "a tile that is not full",
      files.tile({ level: 0, index: 2, width: 91 }),
      5,
      "downloaded inconsistent tile",
    ],
    ["a tile of nodes", files.tile({ level: 1, index: 0, width: 2 }), 7, "downloaded inconsistent tile"],
    [
      "an entry",
      files.tile({ level: "entries", index: 0, width: 256 }),
      3,
      "entry 0: invalid transparency proof",
    ],
    ["the checkpoint", files.checkpoint(size), 60, "invalid signature|base64|malformed|no checkpoint"],
    [
      "the older checkpoint",
      files.checkpoint(olderSize),
      60,
      "invalid signature|base64|malformed|no checkpoint",
    ],
  ] as const)("a bit of %s that was changed is found", async ([, path, offset, finding]) => {
    const bytes = await readFile(at(path));
    const flipped = Buffer.from(bytes);
    flipped[offset] = (flipped[offset] ?? 0) ^ 1;
    await writeFile(at(path), flipped);
    const said = await whole();
    await writeFile(at(path), bytes);
    expect(said).toMatch(new RegExp(finding));
  });

  test("the proof of an entry holds, and not for another entry", async () => {
    const [first, other] = await prisma.auditEntry.findMany({
      where: { subject: { in: ["gap/7", "gap/8"] } },
    });
    const proof = await log.prove(first?.id ?? "");
    const file = join(folder, "entry.tlog-proof");
    await writeFile(file, formatTlogProof(proof!));
    expect(await read(file)).toBe(Buffer.from(first?.bytes ?? []).toString());
    await writeFile(file, formatTlogProof({ ...proof!, extra: other?.bytes ?? null }));
    expect(await read(file)).toContain("invalid transparency proof");
  });
});
