import { leafHash, makeLogKey, openLogSigner, readEntry, rootOf } from "@tapline/core/audit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freshDatabase, servicesOf } from "../../../../../tools/test-servers/index.ts";
import {
  AuditEntries,
  AuditErasures,
  AuditLog,
  connectPrisma,
  type PrismaClient,
  recordOperation,
} from "./index.ts";

const signer = openLogSigner(makeLogKey());
const secret = "Ada Lovelace of flat 7 asked for it";
const act = { actor: { kind: "operator" as const, id: "ola" }, reason: secret };

/** The owner's hand. */
let owner: PrismaClient;
let services: PrismaClient;
let log: AuditLog;
let entry: string;

beforeAll(async () => {
  const url = await freshDatabase();
  owner = connectPrisma(url);
  services = connectPrisma(servicesOf(url));
  log = new AuditLog(services, signer.origin);
  const what = { action: "buffer.flushed" as const, subject: "buffer/1", facts: {} };
  await recordOperation(services, act, what, 1);
  await recordOperation(services, { ...act, actor: { kind: "job", id: "buffer" } }, what, 1);
  entry = (await owner.auditEntry.findFirstOrThrow({ where: { actorKind: "operator" } })).id;
  await log.sequence(signer, 1);
});
afterAll(() => Promise.all([owner, services].map((client) => client.$disconnect())));

const shown = async () =>
  (await new AuditEntries(services).page({ actorId: "ola", subject: "buffer/1" }, 1)).entries[0];

async function assertWhole(): Promise<void> {
  const head = signer.readHead((await log.head()).signed?.note ?? "");
  const bytes = await log.entries(0, head?.size ?? 0);
  expect(rootOf(bytes.map((one) => leafHash(one)))).toEqual(head?.root);
  expect(bytes.filter((one) => Buffer.from(one).includes(secret))).toHaveLength(1);
}

test("a person's reason lies beside the log, which holds a commitment to it; a job's is part of the log", async () => {
  const { bytes } = await owner.auditEntry.findUniqueOrThrow({ where: { id: entry } });
  expect(readEntry(bytes)).toMatchObject({
    reason: null,
    commitments: { reason: expect.stringMatching(/^[0-9a-f]{64}$/) },
  });
  expect(await shown()).toMatchObject({ reason: secret });
  const found = await new AuditEntries(services).page({ text: "LOVELACE", actorId: "ola" }, 10);
  expect(found.entries.map(({ id }) => id)).toEqual([entry]);
  await assertWhole();
});

test.each([
  "UPDATE audit_erasable SET value = 'another'",
  "DELETE FROM audit_erasable",
  "TRUNCATE audit_erasable",
])("neither the services nor the owner can %s", async (sql) => {
  await expect(services.$executeRawUnsafe(sql)).rejects.toThrow("permission denied");
  await expect(owner.$executeRawUnsafe(sql)).rejects.toThrow(/stays as it is|append-only/);
});

test("nothing is erased without an entry of the same transaction that says so", async () => {
  await expect(
    services.$queryRaw`SELECT erase_audit_field(${entry}::uuid, 'reason', gen_random_uuid())`,
  ).rejects.toThrow("no audit entry says");
});

test("what is erased is gone with its salt; the log stays whole, and tells who erased it", async () => {
  const erasures = new AuditErasures(services, Date.now);
  const by = { actor: { kind: "operator" as const, id: "ann" }, reason: "asked for by the person" };
  const erased = await erasures.erase(entry.toUpperCase(), "reason", by);
  expect(await erasures.erase(entry, "reason", by)).toEqual(erased);
  const row = await owner.auditErasable.findFirstOrThrow({ where: { entryId: entry } });
  expect(row).toMatchObject({ value: null, salt: null, erasedBy: erased.by });
  expect(await shown()).toMatchObject({ id: entry, reason: null, erased: { reason: erased.atEpochMs } });
  await log.sequence(signer, 2);
  await assertWhole();
  const proof = await log.prove(erased.by);
  expect(readEntry(proof?.extra ?? Buffer.alloc(0))).toMatchObject({
    ...{
      action: "audit.erased",
      subject: `entry/${entry}`,
      actor: { id: "ann" },
      facts: { field: "reason" },
    },
  });
});

test("what was never kept apart cannot be erased", async () => {
  const erasures = new AuditErasures(services, Date.now);
  for (const other of ["x", "01939b6c-0000-7000-8000-000000000001"])
    await expect(
      erasures.erase(other, "reason", { actor: act.actor, reason: "asked for" }),
    ).rejects.toMatchObject({ code: "not-found" });
});
