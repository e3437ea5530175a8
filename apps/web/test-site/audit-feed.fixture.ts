import {
  AuditLog,
  auditRow,
  connectPrisma,
  type PrismaClient,
  recordOperation,
} from "@tapline/adapters/prisma";
import {
  type AuditEntry,
  entryAs,
  formatVerifierKey,
  type LogSigner,
  makeLogKey,
  openLogSigner,
} from "@tapline/core/audit";
import type { Actor } from "@tapline/core/kernel";

const entriesPerInsert = 1_000;

/** What is recorded, and what the worker's role audit makes of it. */
export class AuditFeed {
  readonly prisma: PrismaClient;
  readonly signer: LogSigner = openLogSigner(makeLogKey(), "north.example/log");
  readonly #log: AuditLog;

  /** @param databaseUrl as the owner of the database */
  constructor(databaseUrl: string) {
    this.prisma = connectPrisma(databaseUrl);
    this.#log = new AuditLog(this.prisma, this.signer.origin);
  }

  get verifierKey(): string {
    return formatVerifierKey(this.signer.key);
  }

  /** Gives places to all that was recorded, and signs a checkpoint over it. */
  async place(): Promise<void> {
    while ((await this.#log.sequence(this.signer, Date.now())) > 0);
  }

  /** Somebody changed the state of each of these, which have a place then. */
  async record(actor: Actor, subjects: readonly string[], reason: string | null = null): Promise<void> {
    for (const subject of subjects)
      await recordOperation(
        this.prisma,
        { actor, reason },
        {
          ...{ action: "key.changed", subject, facts: { days: 90 } },
          ...{ before: { state: "next" }, after: { state: "active" } },
        },
        Date.now(),
      );
    await this.place();
  }

  /** `count` archived segments, one a second, the last one an hour ago. */
  async fill(count: number): Promise<void> {
    const firstEpochMs = Date.now() - 3_600_000 - count * 1_000;
    for (let from = 0; from < count; from += entriesPerInsert)
      await this.prisma.auditEntry.createMany({
        data: Array.from({ length: Math.min(entriesPerInsert, count - from) }, (_, i) => {
          const atEpochMs = firstEpochMs + (from + i) * 1_000;
          return { ...auditRow(archived(from + i, atEpochMs)), recordedAt: new Date(atEpochMs) };
        }),
      });
    await this.place();
  }

  /** Writes what is no entry, as a service that was taken over could. */
  async plant(): Promise<void> {
    await this.prisma.$executeRaw`
      INSERT INTO audit_entry (id, actor_kind, actor_id, action, subject, bytes, leaf_hash)
      VALUES (gen_random_uuid(), 'job', 'x', 'gap.swept', 'gap/1', 'x', sha256('\\x0078'::bytea))`;
    await this.place();
  }

  stop(): Promise<void> {
    return this.prisma.$disconnect();
  }
}

function archived(n: number, atEpochMs: number): AuditEntry {
  const id = `01900000-0000-7000-8000-${n.toString(16).padStart(12, "0")}`;
  return entryAs(id, atEpochMs, {
    ...{ actor: { kind: "job", id: "transfer" }, action: "segment.archived", subject: `segment/${n}` },
    ...{ reason: null, facts: { taps: 1_000, archived: 1_000 } },
  });
}
