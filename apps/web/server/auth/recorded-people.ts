import {
  endPushes,
  type PrismaClient,
  type PushEnd,
  recordAct,
  type Transaction,
} from "@tapline/adapters/prisma";
import type { BetterAuthOptions } from "better-auth";
import { prismaAdapter } from "better-auth/adapters/prisma";
import { endGivenBy } from "./given-by-admins.ts";
import { assertAdminLeft, formerAdmins, holdAdmins } from "./last-admin.ts";
import { type Change, deedOf, isOfPeople, type PeopleModel, personOf, type Row } from "./person-deeds.ts";
import { assertStillProven } from "./proofs.ts";
import { pushEndOf, pushEndOfAll, renewedSession } from "./push-ends.ts";
import { askedNow, house, operator, pathOf, reasonOf, signedIn, traceOf } from "./who-asks.ts";

/** What better-auth keeps its people by. */
export type AuthDatabase = ReturnType<typeof prismaAdapter>;
type Adapter = ReturnType<AuthDatabase>;
type Where = Parameters<Adapter["deleteMany"]>[0]["where"];

/**
 * A change of people may wait for another one of the same person, and end thousands of sessions with an entry for each: longer than
 * the 5 s after which Prisma would take all of it back, ms.
 */
const limits = { timeout: 120_000 };

/** More than anybody has; better-auth reads 100 rows where nothing is said. */
const allRows = 2 ** 31 - 1;

/** People in a transaction whose caller writes its own entry. */
export function peopleIn(transaction: Transaction): AuthDatabase {
  return prismaAdapter(transaction, { provider: "postgresql" });
}

/**
 * People whose every change stands in the audit log by the same transaction: where the entry cannot be written nothing is
 * changed, and where the process dies there are both or neither.
 * @param clock wall clock, ms
 */
export function recordedPeople(prisma: PrismaClient, clock: () => number): AuthDatabase {
  return (options: BetterAuthOptions) => {
    const plain = prismaAdapter(prisma, { provider: "postgresql", transaction: true })(options);
    return {
      ...recording(plain, clock, (act) =>
        prisma.$transaction((tx) => act(tx, peopleIn(tx)(options)), limits),
      ),
      transaction: (run) =>
        prisma.$transaction((tx) => {
          const inner = peopleIn(tx)(options);
          return run(recording(inner, clock, (act) => act(tx, inner)));
        }, limits),
    };
  };
}

type InTransaction = <T>(act: (tx: Transaction, inner: Adapter) => Promise<T>) => Promise<T>;

/** `plain`, but each write of what is kept of people is written down in the transaction that does it. */
function recording(plain: Adapter, clock: () => number, inTransaction: InTransaction): Adapter {
  /** @returns `nothing` where no row is met */
  const change = <T>(
    model: PeopleModel,
    where: Where,
    nothing: T,
    write: (inner: Adapter) => Promise<T>,
    removes = false,
  ): Promise<T> =>
    inTransaction(async (tx, inner) => {
      await holdAdmins(tx, model);
      const found = await rowsOf(inner, model, where);
      const whole = removes ? allSessionsOf(model, where) : [];
      const secured = await hold(tx, [...new Set([...found.map((row) => personOf(model, row)), ...whole])]);
      const before = await rowsOf(inner, model, where);
      const left = removes && model === "user" ? before.map(({ id }) => id) : [];
      const all = { kind: "all" } as const;
      for (const userId of whole) await writeEnd(tx, pushEndOfAll(userId, askedNow()), clock());
      for (const userId of left) await writeEnd(tx, { userId, why: "person-removed", of: all }, clock());
      if (before.length === 0) return nothing;
      const done = await write(inner);
      const ids = before.map(({ id }) => id);
      const rest = await rowsOf(inner, model, [{ field: "id", operator: "in", value: ids }]);
      const after = new Map(rest.map((row) => [row.id, row]));
      const changes = before.map((row) => ({ before: row, after: after.get(row.id) ?? null }));
      await writeDown(tx, model, changes, secured, clock());
      return done;
    });
  return {
    ...plain,
    create: (data) => {
      const { model } = data;
      if (!isOfPeople(model)) return plain.create(data);
      return inTransaction(async (tx, inner) => {
        const { userId } = data.data as { userId?: string };
        const secured = await hold(tx, userId === undefined ? [] : [userId]);
        const made = await inner.create(data);
        await writeDown(tx, model, [{ before: null, after: made as Row }], secured, clock());
        return made as never;
      });
    },
    update: (data) =>
      isOfPeople(data.model)
        ? change(data.model, data.where, null, (inner) => inner.update(data))
        : plain.update(data),
    updateMany: (data) =>
      isOfPeople(data.model)
        ? change(data.model, data.where, 0, (inner) => inner.updateMany(data))
        : plain.updateMany(data),
    delete: (data) =>
      isOfPeople(data.model)
        ? change(data.model, data.where, undefined, (inner) => inner.delete(data), true)
        : plain.delete(data),
    deleteMany: (data) =>
      isOfPeople(data.model)
        ? change(data.model, data.where, 0, (inner) => inner.deleteMany(data), true)
        : plain.deleteMany(data),
    consumeOne: (data) =>
      isOfPeople(data.model)
        ? change(data.model, data.where, null, (inner) => inner.consumeOne(data))
        : plain.consumeOne(data),
    incrementOne: (data) =>
      isOfPeople(data.model)
        ? change(data.model, data.where, null, (inner) => inner.incrementOne(data))
        : plain.incrementOne(data),
  };
}

const rowsOf = (adapter: Adapter, model: PeopleModel, where: Where): Promise<Row[]> =>
  adapter.findMany<Row>({ model, where, limit: allRows });

/** Whose sessions are ended all at once, also where none stands any more; their browsers are ended with them. */
function allSessionsOf(model: PeopleModel, where: Where): string[] {
  const [only] = where;
  const isOfPerson = model === "session" && where.length === 1 && only?.field === "userId";
  return isOfPerson && typeof only.value === "string" ? [only.value] : [];
}

/**
 * Lets nobody else change these people, begin a session of theirs or end one, until the transaction ends: what is read of them
 * after this is what the write meets.
 * @returns those of them who have a second factor
 */
async function hold(tx: Transaction, people: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await tx.$queryRaw<{ id: string; secured: boolean }[]>`
    SELECT id, two_factor_enabled AS secured FROM "user" WHERE id = ANY(${people}) ORDER BY id FOR UPDATE`;
  return new Set(rows.flatMap(({ id, secured }) => (secured ? [id] : [])));
}

async function writeDown(
  tx: Transaction,
  model: PeopleModel,
  changes: readonly Change[],
  secured: ReadonlySet<string>,
  atEpochMs: number,
): Promise<void> {
  await assertAdminLeft(tx, model, changes);
  const asked = askedNow();
  for (const change of changes) {
    if (model === "session" && change.before === null && change.after !== null) {
      const person = personOf(model, change.after);
      await assertStillProven(tx, person, secured.has(person));
      await carryOn(tx, change.after);
    }
    const end = pushEndOf(model, change, asked, atEpochMs);
    if (end !== null) await writeEnd(tx, end, atEpochMs);
    const deed = deedOf(model, change, asked, secured);
    if (deed === null) continue;
    const { actor, ...what } = deed;
    await recordAct(tx, { actor, reason: reasonOf(asked), traceId: traceOf(asked) }, what, atEpochMs);
  }
  const act = { actor: signedIn(asked) ?? house, reason: reasonOf(asked), traceId: traceOf(asked) };
  for (const userId of formerAdmins(model, changes)) await endGivenBy(tx, userId, act, atEpochMs);
}

/** Binds a browser to the session that its person is given in place of the one which he ended by changing his password in it. */
async function carryOn(tx: Transaction, session: Row): Promise<void> {
  const sessionId = renewedSession(askedNow());
  if (sessionId === null) return;
  const where = { userId: String(session.userId), sessionId };
  await tx.pushSubscription.updateMany({ where, data: { sessionId: session.id } });
}

/** Ends browsers by whoever ends what they were notified by. */
async function writeEnd(tx: Transaction, end: PushEnd, atEpochMs: number): Promise<void> {
  const asked = askedNow();
  const actor = signedIn(asked) ?? (pathOf(asked) === "/sign-out" ? operator(end.userId) : house);
  await endPushes(tx, end, { actor, reason: reasonOf(asked), traceId: traceOf(asked) }, atEpochMs);
}
