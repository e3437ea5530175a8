import { TaplineError } from "@tapline/core/kernel";
import { type Decision, decisionSchema, type NoopsSwitches, ruleModes } from "@tapline/core/noops";
import type { Transaction } from "../acts.ts";
import type { NoopsDecision, NoopsSwitch, Prisma, PrismaClient } from "../generated/client.ts";

export function decisionOf({ body }: Pick<NoopsDecision, "body">): Decision {
  return decisionSchema.parse(body);
}

export function rowOf(decision: Decision): Prisma.NoopsDecisionUncheckedCreateInput {
  const { id, ruleId, target, state, atEpochMs, lastAtEpochMs, begunAtEpochMs } = decision;
  return {
    ...{ id, ruleId, target, state, body: decisionSchema.parse(decision) },
    ...{ at: new Date(atEpochMs), lastAt: new Date(lastAtEpochMs) },
    begunAt: begunAtEpochMs === null ? null : new Date(begunAtEpochMs),
  };
}

/** @throws TaplineError `not-found` */
export async function findDecision(prisma: PrismaClient, id: string): Promise<Decision> {
  const row = await prisma.noopsDecision.findUnique({ where: { id } });
  if (row === null) throw noDecision(id);
  return decisionOf(row);
}

/** Locks a decision for the rest of the transaction. @throws TaplineError `not-found` */
export async function lockDecision(tx: Transaction, id: string): Promise<Decision> {
  const [row] = await tx.$queryRaw<
    Pick<NoopsDecision, "body">[]
  >`SELECT body FROM noops_decision WHERE id = ${id}::uuid FOR UPDATE`;
  if (row === undefined) throw noDecision(id);
  return decisionOf(row);
}

/** The decision as it is now; the caller has it locked. */
export async function putDecision(tx: Transaction, decision: Decision): Promise<void> {
  const { id, ...data } = rowOf(decision);
  await tx.noopsDecision.update({ where: { id }, data });
}

const noDecision = (id: string): TaplineError =>
  new TaplineError("not-found", `there is no decision ${id}`, {
    remedy: "`tapline noops ls` shows which there are",
  });

/** What is set now. */
export async function readSwitches(
  prisma: PrismaClient | Transaction,
  nowEpochMs: number,
): Promise<NoopsSwitches> {
  const rows = await prisma.noopsSwitch.findMany({ where: { endedAt: null }, orderBy: { setAt: "asc" } });
  const on = rows.filter(({ until }) => until === null || until.getTime() > nowEpochMs);
  const kill = on.find(({ kind }) => kind === "kill");
  return {
    kill: kill === undefined ? null : setBy(kill),
    pauses: on.flatMap((row) =>
      row.kind === "pause" && (row.subject === "all" || row.subject === "down")
        ? [{ ...setBy(row), pauses: row.subject, untilEpochMs: row.until?.getTime() ?? null }]
        : [],
    ),
    modes: on.flatMap((row) => (row.kind === "mode" ? [{ ...setBy(row), ...modeSet(row) }] : [])),
  };
}

const setBy = ({ setBy: by, setAt, reason }: NoopsSwitch) => ({ by, atEpochMs: setAt.getTime(), reason });

function modeSet({ subject, value }: NoopsSwitch) {
  const { mode, form } = value as { readonly mode?: unknown; readonly form?: unknown };
  return {
    ruleId: subject,
    // What cannot be read does least.
    mode: ruleModes.find((known) => known === mode) ?? "dry-run",
    form: typeof form === "string" ? form : "",
  };
}
