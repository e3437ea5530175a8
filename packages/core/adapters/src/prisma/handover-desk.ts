import { randomBytes } from "node:crypto";
import { canonicalJson, isUuid, type JsonValue, sha256Hex, TaplineError, uuidV7 } from "@tapline/core/kernel";
import { type Act, recordAct, type Transaction } from "./acts.ts";
import type { Prisma, PrismaClient, ShiftHandover } from "./generated/client.ts";

/** A shift that is handed over. `picture`: how everything stood, as the console drew it. Times: ms since 1970. */
export type Handover = {
  readonly id: string;
  readonly sinceEpochMs: number;
  readonly note: string;
  readonly picture: unknown;
  readonly submittedAtEpochMs: number;
  /** Id of the person who leaves. */
  readonly submittedBy: string;
  /** By whom it was taken over, with how everything stood then; null while it waits, or where it was withdrawn. */
  readonly signed: {
    readonly atEpochMs: number;
    readonly by: string;
    readonly note: string | null;
    readonly picture: unknown;
  } | null;
  readonly withdrawn: { readonly atEpochMs: number; readonly by: string; readonly reason: string } | null;
};

export type NewHandover = {
  readonly sinceEpochMs: number;
  readonly note: string;
  readonly picture: JsonValue;
};

/** Who acts: a person, in a trace. */
type By = { readonly userId: string; readonly traceId: string | null };

/** Shifts handed over from one person to another. Each step is one transaction with its audit entry. */
export class HandoverDesk {
  readonly #prisma: PrismaClient;
  readonly #clock: () => number;

  constructor(prisma: PrismaClient, clock: () => number) {
    this.#prisma = prisma;
    this.#clock = clock;
  }

  /** The one that waits for its signature; null where none does. */
  async waiting(): Promise<Handover | null> {
    const row = await this.#prisma.shiftHandover.findFirst({ where: { signedAt: null, withdrawnAt: null } });
    return row === null ? null : handoverOf(row);
  }

  /** When the last one was signed, ms since 1970; null before the first. */
  async lastSignedEpochMs(): Promise<number | null> {
    const { _max } = await this.#prisma.shiftHandover.aggregate({ _max: { signedAt: true } });
    return _max.signedAt?.getTime() ?? null;
  }

  /** @throws TaplineError `not-found` */
  async find(id: string): Promise<Handover> {
    return handoverOf(await found(this.#prisma, id));
  }

  /** The one submitted last first. @param after id of the last one of the page before; null = from the newest on */
  async list(limit: number, after: string | null): Promise<Handover[]> {
    const rows = await this.#prisma.shiftHandover.findMany({
      where: after === null ? {} : { id: { lt: after } },
      orderBy: { id: "desc" },
      take: limit,
    });
    return rows.map(handoverOf);
  }

  /** @throws TaplineError `conflict` where one waits already */
  async submit({ sinceEpochMs, note, picture }: NewHandover, by: By): Promise<Handover> {
    const atEpochMs = this.#clock();
    return await this.#prisma.$transaction(async (tx) => {
      // Of two who submit at the same moment the second sees the first.
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('shift_handover', 0))`;
      const other = await tx.shiftHandover.findFirst({ where: { signedAt: null, withdrawnAt: null } });
      if (other !== null)
        throw new TaplineError("conflict", "a handover waits for its signature already", {
          remedy: "let it be signed, or withdraw it first",
          facts: { by: other.submittedBy, atEpochMs: other.submittedAt.getTime() },
        });
      const id = uuidV7(atEpochMs, randomBytes);
      const row = await tx.shiftHandover.create({
        data: {
          ...{ id, since: new Date(sinceEpochMs), note, picture: picture as Prisma.InputJsonValue },
          ...{ submittedAt: new Date(atEpochMs), submittedBy: by.userId },
        },
      });
      const facts = { sinceEpochMs, sha256: sha256Hex(canonicalJson({ note, picture })) };
      await record(tx, by, { action: "handover.submitted", id, facts }, atEpochMs);
      return handoverOf(row);
    });
  }

  /**
   * Takes a shift over. @param picture how everything stands now
   * @throws TaplineError `not-found`; `forbidden` for who submitted it; `conflict` where it was signed or withdrawn meanwhile
   */
  async sign(
    id: string,
    { note, picture }: { readonly note: string | null; readonly picture: JsonValue },
    by: By,
  ): Promise<Handover> {
    const atEpochMs = this.#clock();
    return await this.#prisma.$transaction(async (tx) => {
      const row = await found(tx, id);
      if (row.submittedBy === by.userId)
        throw new TaplineError("forbidden", "who hands over cannot take over, too", {
          remedy: "let the person who comes sign in with their own account, and sign it there",
        });
      const changed = await tx.shiftHandover.updateMany({
        where: { id, signedAt: null, withdrawnAt: null },
        data: {
          ...{ signedAt: new Date(atEpochMs), signedBy: by.userId, signedNote: note },
          signedPicture: picture as Prisma.InputJsonValue,
        },
      });
      if (changed.count === 0) throw over(await found(tx, id));
      const facts = {
        submittedBy: row.submittedBy,
        sha256: sha256Hex(canonicalJson({ note: row.note, picture: row.picture as JsonValue })),
        signedSha256: sha256Hex(canonicalJson({ note, picture })),
      };
      await record(tx, by, { action: "handover.signed", id, facts }, atEpochMs);
      return handoverOf(await found(tx, id));
    });
  }

  /** Takes one back that nobody signed. @throws TaplineError `not-found`; `conflict` where it was signed or withdrawn meanwhile */
  async withdraw(id: string, reason: string, by: By): Promise<Handover> {
    const atEpochMs = this.#clock();
    return await this.#prisma.$transaction(async (tx) => {
      await found(tx, id);
      const changed = await tx.shiftHandover.updateMany({
        where: { id, signedAt: null, withdrawnAt: null },
        data: { withdrawnAt: new Date(atEpochMs), withdrawnBy: by.userId, withdrawnReason: reason },
      });
      const row = await found(tx, id);
      if (changed.count === 0) throw over(row);
      const facts = { submittedBy: row.submittedBy };
      await record(tx, by, { action: "handover.withdrawn", id, facts, reason }, atEpochMs);
      return handoverOf(row);
    });
  }
}

async function found(tx: PrismaClient | Transaction, id: string): Promise<ShiftHandover> {
  const row = isUuid(id) ? await tx.shiftHandover.findUnique({ where: { id } }) : null;
  if (row !== null) return row;
  throw new TaplineError("not-found", `there is no handover ${id}`, {
    remedy: "look it up in the list of handovers",
  });
}

/** Why nothing can be done to one any more, and who did what. */
function over({ signedAt, signedBy, withdrawnAt, withdrawnBy }: ShiftHandover): TaplineError {
  const did = signedAt === null ? "withdrawn" : "signed";
  const [at, by] = signedAt === null ? [withdrawnAt, withdrawnBy] : [signedAt, signedBy];
  return new TaplineError("conflict", `this handover was ${did} already`, {
    remedy: "look at it as it is now",
    facts: { did, by: by ?? "", atEpochMs: at?.getTime() ?? 0 },
  });
}

type Step = {
  readonly action: "handover.submitted" | "handover.signed" | "handover.withdrawn";
  readonly id: string;
  readonly facts: Readonly<Record<string, string | number>>;
  readonly reason?: string;
};

function record(tx: Transaction, by: By, { action, id, facts, reason }: Step, atEpochMs: number) {
  const act: Act = {
    ...{ actor: { kind: "operator", id: by.userId }, reason: reason ?? null, traceId: by.traceId },
  };
  return recordAct(tx, act, { action, subject: `handover/${id}`, facts }, atEpochMs);
}

function handoverOf(row: ShiftHandover): Handover {
  const { id, since, note, picture, submittedAt, submittedBy, signedAt, signedBy, withdrawnAt } = row;
  return {
    ...{ id, sinceEpochMs: since.getTime(), note, picture },
    ...{ submittedAtEpochMs: submittedAt.getTime(), submittedBy },
    signed:
      signedAt === null || signedBy === null
        ? null
        : {
            ...{ atEpochMs: signedAt.getTime(), by: signedBy },
            ...{ note: row.signedNote, picture: row.signedPicture },
          },
    withdrawn:
      withdrawnAt === null
        ? null
        : {
            ...{ atEpochMs: withdrawnAt.getTime(), by: row.withdrawnBy ?? "" },
            reason: row.withdrawnReason ?? "",
          },
  };
}
