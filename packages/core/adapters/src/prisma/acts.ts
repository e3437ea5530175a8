import { randomBytes, randomUUID } from "node:crypto";
import { type Deed, newEntry } from "@tapline/core/audit";
import type { Actor } from "@tapline/core/kernel";
import { auditRow, auditRows } from "./audit-row.ts";
import { fleetMarkFact } from "./fleet-rows.ts";
import type { Prisma, PrismaClient } from "./generated/client.ts";

/** Who acts, and why; `reason` is null where the action explains itself. */
export type Act = {
  readonly actor: Actor;
  readonly reason: string | null;
  /** The trace of the request by which it was asked for. */
  readonly traceId?: string | null;
  /** Of a rule, which acts under a lease alone; people act under none. */
  readonly leaseCheck?: LeaseCheck;
};

/** Who acts where the reason is none of his: what was found, or nothing to tell. */
export type ActBy = Pick<Act, "actor" | "traceId">;

/** A statement takes 65,535 values at most, an entry has ten with those beside it. */
const entriesPerStatement = 1_000;

export type Transaction = Prisma.TransactionClient;

/** Holds a lease in place up to the end of the transaction that writes. @throws TaplineError where it is over: then nothing is written */
export type LeaseCheck = (tx: Transaction) => Promise<void>;

/** Records one operation, in the transaction that does it. @throws TaplineError as `act.leaseCheck` does */
export async function recordAct(tx: Transaction, act: Act, what: Deed, atEpochMs: number): Promise<void> {
  await act.leaseCheck?.(tx);
  await tx.auditEntry.create({ data: auditRow(newEntry(atEpochMs, randomBytes, { ...act, ...what })) });
}

/** Records several operations of one act, as `recordAct` does one; of thousands it asks PostgreSQL a few times. */
export async function recordActs(
  tx: Transaction,
  act: Act,
  deeds: readonly Deed[],
  atEpochMs: number,
): Promise<void> {
  if (deeds.length === 0) return;
  await act.leaseCheck?.(tx);
  const entries = deeds.map((deed) => auditRows(newEntry(atEpochMs, randomBytes, { ...act, ...deed })));
  for (let start = 0; start < entries.length; start += entriesPerStatement) {
    const some = entries.slice(start, start + entriesPerStatement);
    await tx.auditEntry.createMany({ data: some.map(({ row }) => row) });
    await tx.auditErasable.createMany({ data: some.flatMap(({ erasable }) => erasable) });
  }
}

/** Records one operation that changes nothing in PostgreSQL beside. */
export async function recordOperation(
  prisma: PrismaClient,
  act: Act,
  what: Deed,
  atEpochMs: number,
): Promise<void> {
  await prisma.$transaction((tx) => recordAct(tx, act, what, atEpochMs));
}

/**
 * Names of facts whose value is another one after each change, so that a process that keeps what it read sees by one
 * short query whether that still stands.
 */
export const marks = {
  agents: "agents.mark",
  trackers: "trackers.mark",
  keys: "keys.mark",
  fleet: fleetMarkFact,
} as const;

type Mark = (typeof marks)[keyof typeof marks];

export async function moveMark(tx: Transaction, name: Mark): Promise<void> {
  const fact = { name, value: randomUUID() };
  await tx.installationFact.upsert({ where: { name }, create: fact, update: fact });
}

/** "" before the first change. */
export async function readMark(prisma: Pick<PrismaClient, "installationFact">, name: Mark): Promise<string> {
  return (await prisma.installationFact.findUnique({ where: { name } }))?.value ?? "";
}
