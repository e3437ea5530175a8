import { createPublicKey } from "node:crypto";
import type { AuditEntry } from "@tapline/core/audit";
import type { KnownTracker } from "@tapline/core/validation";
import { marks, moveMark, readMark } from "./acts.ts";
import { auditRow } from "./audit-row.ts";
import type { PrismaClient } from "./generated/client.ts";

/** A tracker to enrol; `publicKey` is Ed25519, 32 bytes. */
export type NewTracker = { readonly id: string; readonly kid: string; readonly publicKey: Buffer };

/** DER of SubjectPublicKeyInfo up to the 32 bytes of an Ed25519 key (RFC 8410 §4). */
const ed25519Prefix = Buffer.from("302a300506032b6570032100", "hex");

const keepMs = 30_000;
/** So often is looked whether what was read still stands. */
const lookEveryMs = 1_000;
const mostKept = 100_000;

/**
 * The trackers that may be tapped. What was read is kept for up to 30 s, and for no more than 1 s after a tracker was
 * enrolled or revoked. While PostgreSQL is away, when nobody can be revoked either, the 30 s count.
 */
export class TrackerRegistry {
  readonly #prisma: PrismaClient;
  readonly #clock: () => number;
  readonly #kept = new Map<string, { tracker: KnownTracker | null; readAtEpochMs: number }>();
  #mark = "";
  #lookedAtEpochMs = Number.NEGATIVE_INFINITY;

  constructor(prisma: PrismaClient, clock: () => number) {
    this.#prisma = prisma;
    this.#clock = clock;
  }

  /** Those of `ids` that are enrolled with a key. */
  async find(ids: readonly string[]): Promise<ReadonlyMap<string, KnownTracker>> {
    const nowEpochMs = this.#clock();
    await this.#look(nowEpochMs);
    const missing = ids.filter((id) => {
      const kept = this.#kept.get(id);
      return kept === undefined || Math.abs(nowEpochMs - kept.readAtEpochMs) > keepMs;
    });
    if (missing.length > 0) await this.#read(missing, nowEpochMs);
    const found = new Map<string, KnownTracker>();
    for (const id of ids) {
      const tracker = this.#kept.get(id)?.tracker;
      if (tracker) found.set(id, tracker);
    }
    return found;
  }

  /** Enrols those that are new; a tracker that is known keeps the key it has. Returns how many were new. */
  async enrol(trackers: readonly NewTracker[], entry: AuditEntry): Promise<number> {
    return await this.#prisma.$transaction(async (tx) => {
      const { count } = await tx.tracker.createMany({
        data: trackers.map(({ id, kid, publicKey }) => ({ id, kid, publicKey: new Uint8Array(publicKey) })),
        skipDuplicates: true,
      });
      await tx.auditEntry.create({ data: auditRow(entry) });
      await moveMark(tx, marks.trackers);
      return count;
    });
  }

  /** Forgets what was read where something has changed since. */
  async #look(nowEpochMs: number): Promise<void> {
    if (Math.abs(nowEpochMs - this.#lookedAtEpochMs) < lookEveryMs) return;
    const mark = await readMark(this.#prisma, marks.trackers).catch(() => this.#mark);
    if (mark !== this.#mark) this.#kept.clear();
    this.#mark = mark;
    this.#lookedAtEpochMs = nowEpochMs;
  }

  async #read(ids: string[], readAtEpochMs: number): Promise<void> {
    if (this.#kept.size + ids.length > mostKept) this.#kept.clear();
    const rows = await this.#prisma.tracker.findMany({ where: { id: { in: ids } } });
    for (const id of ids) this.#kept.set(id, { tracker: null, readAtEpochMs });
    for (const row of rows) {
      if (row.publicKey === null || row.kid === null) continue;
      const der = Buffer.concat([ed25519Prefix, row.publicKey]);
      const publicKey = createPublicKey({ key: der, format: "der", type: "spki" });
      const revokedAtEpochMs = row.revokedAt?.getTime() ?? null;
      this.#kept.set(row.id, { tracker: { kid: row.kid, publicKey, revokedAtEpochMs }, readAtEpochMs });
    }
  }
}
