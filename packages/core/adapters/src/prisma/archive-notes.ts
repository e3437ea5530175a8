import { type AuditEntry, auditEntrySchema } from "@tapline/core/audit";
import { auditRow } from "./audit-row.ts";
import type { PrismaClient } from "./generated/client.ts";

const cursorFact = "reconcile.cursor";
const standings = ["segment.missing", "segment.healed"] as const;

/** What the scheduled comparison of archive and index keeps: audit entries, and how far it has come. */
export class ArchiveNotes {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  async add(entry: AuditEntry): Promise<void> {
    await this.#prisma.auditEntry.create({ data: auditRow(entry) });
  }

  /** Whether the last that was noted of a segment in one archive is that it is missing there. */
  async isMissing(segment: string, target: string): Promise<boolean> {
    const rows = await this.#prisma.auditEntry.findMany({
      where: { subject: `segment/${segment}`, action: { in: [...standings] } },
      orderBy: { recordedAt: "desc" },
    });
    for (const { bytes } of rows) {
      const { action, facts } = auditEntrySchema.parse(JSON.parse(Buffer.from(bytes).toString("utf8")));
      if (facts.target === target) return action === "segment.missing";
    }
    return false;
  }

  /** The day that the slow pass over everything looks at next, `YYYY-MM-DD`; null before the first. */
  async cursor(): Promise<string | null> {
    const fact = await this.#prisma.installationFact.findUnique({ where: { name: cursorFact } });
    return fact?.value ?? null;
  }

  async moveCursor(day: string): Promise<void> {
    const fact = { name: cursorFact, value: day };
    await this.#prisma.installationFact.upsert({ where: { name: cursorFact }, create: fact, update: fact });
  }
}
