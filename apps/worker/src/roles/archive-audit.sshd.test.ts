import { generateKeyPairSync } from "node:crypto";
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { basename, dirname, join } from "node:path";
import { AuditLog, connectPrisma, recordOperation, Turns } from "@tapline/adapters/prisma";
import { ArchiveSet, type ArchiveTarget, DirectoryArchive, SftpArchive } from "@tapline/adapters/sftp";
import { ArchivedLog, LogFiles, makeLogKey, openLogSigner } from "@tapline/core/audit";
import { afterEach, expect, test } from "vitest";
import { freshDatabase, sharedSshd } from "../../../../tools/test-servers/index.ts";
import { readLogCopies } from "../cli/status/read-log-copies.ts";
import { until } from "../path.fixture.ts";
import { archiveAudit } from "./archive-audit.ts";
import type { Role } from "./role.ts";

const endings: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

/** An archive in a folder of its own on the shared server. */
async function openFolder(name: string, privateKey?: string) {
  const sshd = await sharedSshd();
  const dir = await mkdtemp(join(sshd.rootDir, "log-"));
  const url = `${sshd.url}/${basename(dir)}`;
  return { dir, target: opened(name, { ...sshd, url, ...(privateKey === undefined ? {} : { privateKey }) }) };
}

function opened(name: string, settings: ConstructorParameters<typeof SftpArchive>[0]): ArchiveTarget {
  const archive = new SftpArchive(settings);
  endings.push(() => archive.close());
  return { name, archive };
}

/** A server that takes connections and never says a word. */
async function openMute(name: string) {
  const sockets: Socket[] = [];
  const server = createServer((socket) => void sockets.push(socket)).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  const { hostKeyPin, privateKey } = await sharedSshd();
  const url = `sftp://mute@127.0.0.1:${port}/`;
  const target = opened(name, { url, hostKeyPin, privateKey, connectTimeoutMs: 600_000 });
  endings.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return target;
}

/** A log of its own that grows by one entry at a time. */
async function openLog() {
  const prisma = connectPrisma(await freshDatabase());
  endings.push(() => prisma.$disconnect());
  const signer = openLogSigner(makeLogKey());
  const auditLog = new AuditLog(prisma, signer.origin);
  const act = { actor: { kind: "job", id: "test" } as const, reason: null };
  const grow = async (): Promise<void> => {
    await recordOperation(prisma, act, { action: "buffer.opened", subject: "buffer/x", facts: {} }, 1);
    await until("it has its place", async () => (await auditLog.sequence(signer, Date.now())) > 0);
  };
  return { prisma, signer, auditLog, grow };
}

test("an archive that holds a planted file, refuses the key or never answers keeps the log out of no other archive, and is named", {
  timeout: 120_000,
}, async () => {
  const { prisma, signer, auditLog, grow } = await openLog();
  const [planted, good, mute] = [
    await openFolder("planted"),
    await openFolder("good"),
    await openMute("mute"),
  ];
  const strange = generateKeyPairSync("rsa", { modulusLength: 3_072 }).privateKey;
  const refused = await openFolder("refused", strange.export({ format: "pem", type: "pkcs1" }).toString());
  // The log's first tiles have these names, which everybody can tell.
  for (const width of [1, 2]) {
    const tile = join(planted.dir, new LogFiles(signer.origin).tile({ level: 0, index: 0, width }));
    await mkdir(dirname(tile), { recursive: true });
    await writeFile(tile, "nothing of the log");
  }
  await grow();

  const targets = [planted.target, refused.target, mute, good.target] as const;
  const told: string[] = [];
  const tell = (fields: object, text: string) => void told.push(`${JSON.stringify(fields)} ${text}`);
  const archives = new ArchiveSet([...targets], { mode: "mirror", quorum: 1 });
  const role: Role = archiveAudit({
    ...{ auditLog, archives, turns: new Turns(prisma), logKey: signer.key, everyS: 1 },
    ...{ telemetry: { count: () => undefined }, clock: () => 7, log: { error: tell, warn: tell } as never },
  });
  endings.push(() => role.stop(0));
  const copy = new ArchivedLog(new DirectoryArchive(good.dir), signer.origin);
  const holds = async (size: number) => (await copy.newest([signer.key]).catch(() => null))?.size === size;
  await until("the good archive holds the log", () => holds(1));
  await grow();
  await until("and what it has grown by, while another owes its first answer", () => holds(2));
  await until("the database knows", async () => (await auditLog.head()).archived?.size === 2);
  const named = (pattern: RegExp) => until(`${pattern}`, async () => told.some((line) => pattern.test(line)));
  await named(/"target":"planted"\} the audit log could not be put/);
  await named(/"target":"refused"\} the audit log could not be put/);
  await named(/"target":"mute"\} the audit log is still on its way/);

  const looked = targets.filter((target) => target !== mute);
  expect(await readLogCopies({ name: signer.origin, log: auditLog }, looked, 10_000)).toEqual([
    { name: "planted", size: 0, why: "" },
    { name: "refused", size: null, why: expect.stringContaining("does not accept our key") },
    { name: "good", size: 2, why: "" },
  ]);
  // Its own word counts for nothing: a checkpoint that the database's log does not lead to is none.
  const claim = new LogFiles(signer.origin).checkpoint(2);
  await mkdir(dirname(join(planted.dir, claim)), { recursive: true });
  await writeFile(join(planted.dir, claim), signer.signHead(2, Buffer.alloc(32)));
  expect(await readLogCopies({ name: signer.origin, log: auditLog }, [planted.target], 10_000)).toEqual([
    { name: "planted", size: null, why: "its checkpoint of 2 entries is not of the log in the database" },
  ]);
});
