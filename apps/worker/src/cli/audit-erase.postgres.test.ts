import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type AuditLog, type PrismaClient, recordOperation } from "@tapline/adapters/prisma";
import { formatVerifierKey, type LogSigner } from "@tapline/core/audit";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { freshDatabase, servicesOf } from "../../../../tools/test-servers/index.ts";
import { auditInstallation, runAudit } from "./audit-command.fixture.ts";

// Each command is a process of its own: seconds each on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

let signer: LogSigner;
let env: Record<string, string>;
let prisma: PrismaClient;
let log: AuditLog;
let dir: string;

beforeAll(async () => {
  ({ dir, env, prisma, log, signer } = await auditInstallation(servicesOf(await freshDatabase())));
});
afterAll(() => prisma.$disconnect());

const run = (...args: string[]) => runAudit(env, ...args);

test("what a person wrote is erased, and a certificate proves by the log that it was", async () => {
  const act = { actor: { kind: "operator", id: "ola" } as const, reason: "Ada of flat 7 asked" };
  await recordOperation(prisma, act, { action: "buffer.flushed", subject: "buffer/1", facts: {} }, 1);
  await log.sequence(signer, 1);
  const { id } = await prisma.auditEntry.findFirstOrThrow();
  expect((await run("ls")).out).toContain("“Ada of flat 7 asked”");
  const asked = ["erase", id, "--reason", "asked for", "--by", "ann"];
  expect((await run(...asked, "--dry-run")).out).toContain(`would erase the reason of entry ${id}`);
  expect((await run("ls")).out).toContain("Ada");

  const sequencing = setInterval(() => void log.sequence(signer, 2), 100);
  const erased = await run(...asked, "--yes");
  clearInterval(sequencing);
  const certificate = JSON.parse(erased.out);
  expect(certificate).toMatchObject({ format: "tapline-erasure/1", entry: id, field: "reason" });
  const [file, keys] = [join(dir, "erased.json"), join(dir, "keys")];
  await writeFile(file, erased.out);
  await writeFile(keys, `${formatVerifierKey(signer.key)}\n`);
  const verified = await run("verify", file, "--key", keys);
  expect([verified.code, verified.out]).toEqual([
    0,
    expect.stringContaining(`the reason of entry ${id} was erased`),
  ]);
  await writeFile(
    file,
    erased.out.replace(
      id,
      id.replace(/.$/, (digit) => (digit === "0" ? "1" : "0")),
    ),
  );
  const forged = await run("verify", file, "--key", keys);
  expect([forged.code, forged.out]).toEqual([2, expect.stringContaining("NOT proven (forged)")]);
  await writeFile(file, erased.out.slice(0, -20));
  expect((await run("verify", file, "--key", keys)).code).toBe(3);

  const day = new Date(certificate.erasedAtEpochMs).toISOString().slice(0, 10);
  const { out } = await run("ls");
  expect(out).toContain(`buffer.flushed  buffer/1  (reason erased on ${day})`);
  expect(out).not.toContain("Ada");
  expect(JSON.parse((await run(...asked, "--yes")).out)).toMatchObject({ erasedBy: certificate.erasedBy });
  expect((await run("verify", "--full")).code).toBe(0);
});
