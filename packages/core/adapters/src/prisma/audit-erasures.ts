import { randomBytes } from "node:crypto";
import { type ErasableField, newEntry } from "@tapline/core/audit";
import { isUuid, TaplineError } from "@tapline/core/kernel";
import type { Act } from "./acts.ts";
import { auditRow } from "./audit-row.ts";
import type { AuditErasable, PrismaClient } from "./generated/client.ts";

/** What is kept beside an entry, and what became of it. */
export type ErasableState = {
  readonly field: string;
  /** When it was erased, and the entry that says so; null while it is there. */
  readonly erased: { readonly atEpochMs: number; readonly by: string } | null;
};

/** Erases what entries say in people's own words. The log itself stays as it is. */
export class AuditErasures {
  readonly #prisma: PrismaClient;
  readonly #clock: () => number;

  constructor(prisma: PrismaClient, clock: () => number) {
    this.#prisma = prisma;
    this.#clock = clock;
  }

  /** @throws TaplineError `not-found` where nothing is kept beside that entry under that name */
  async find(entry: string, field: ErasableField): Promise<ErasableState> {
    const row = isUuid(entry)
      ? await this.#prisma.auditErasable.findUnique({ where: { entryId_field: { entryId: entry, field } } })
      : null;
    if (row === null)
      throw new TaplineError("not-found", `the audit entry ${entry} has no ${field} that could be erased`, {
        remedy:
          "tapline audit ls tells ids; reasons of before version 2 of entries are part of the log itself",
      });
    return stateOf(row);
  }

  /**
   * Removes a field's value and its salt, with the entry that says so. One that is erased already stays so.
   * @returns when, and by which entry. @throws TaplineError `not-found`
   */
  async erase(named: string, field: ErasableField, act: Act): Promise<NonNullable<ErasableState["erased"]>> {
    const entry = named.toLowerCase();
    const { erased } = await this.find(entry, field);
    if (erased !== null) return erased;
    await this.#prisma.$transaction(async (tx) => {
      const what = { action: "audit.erased" as const, subject: `entry/${entry}`, facts: { field } };
      const erasing = newEntry(this.#clock(), randomBytes, { ...act, ...what });
      await tx.auditEntry.create({ data: auditRow(erasing) });
      const [done] = await tx.$queryRaw<{ found: boolean }[]>`
        SELECT erase_audit_field(${entry}::uuid, ${field}, ${erasing.id}::uuid) AS found`;
      if (done?.found !== true)
        throw new TaplineError(
          "conflict",
          `the ${field} of the audit entry ${entry} is being erased by somebody else`,
        );
    });
    return await this.erase(entry, field, act);
  }
}

function stateOf({ field, erasedAt, erasedBy }: AuditErasable): ErasableState {
  const erased =
    erasedAt === null || erasedBy === null ? null : { atEpochMs: erasedAt.getTime(), by: erasedBy };
  return { field, erased };
}
