import { TaplineError } from "@tapline/core/kernel";
import { changedBy, type Decision, type NoopsAct, undoOf } from "@tapline/core/noops";
import type { Transaction } from "../acts.ts";
import { decisionOf } from "./noops-rows.ts";

/** @throws TaplineError `conflict` where nobody may answer any more */
export function assertWaits({ id, state, word, expiresAtEpochMs }: Decision, nowEpochMs: number): void {
  if (state !== "waiting-approval")
    throw new TaplineError("conflict", `decision ${id} does not wait for anybody: it is ${state}`);
  if (word !== null)
    throw new TaplineError("conflict", `${word.by.id} has ${word.is} decision ${id} already`, {
      facts: { by: word.by.id, atEpochMs: word.atEpochMs },
    });
  if (expiresAtEpochMs !== null && expiresAtEpochMs <= nowEpochMs)
    throw new TaplineError(
      "conflict",
      `decision ${id} waited for an answer until ${isoOf(expiresAtEpochMs)}`,
      {
        remedy: "the rule asks again where it still has to",
      },
    );
}

/**
 * What takes back what a decision did.
 * @throws TaplineError `conflict` where nothing does, any more or at all, or where another decision has set since what it did
 */
export async function undoable(tx: Transaction, decision: Decision, nowEpochMs: number): Promise<NoopsAct> {
  const { id, state, undoneBy, undoUntilEpochMs } = decision;
  if (state !== "done")
    throw new TaplineError("conflict", `decision ${id} is ${state}: there is nothing to undo`);
  if (undoneBy !== null)
    throw new TaplineError("conflict", `decision ${id} is being undone already`, { facts: { by: undoneBy } });
  const undoing = undoOf(decision);
  if (undoing === null || undoUntilEpochMs === null)
    throw new TaplineError("conflict", `what decision ${id} did cannot be taken back`);
  if (undoUntilEpochMs <= nowEpochMs)
    throw new TaplineError("conflict", `decision ${id} could be undone until ${isoOf(undoUntilEpochMs)}`, {
      remedy: "things have gone on since: do what is wanted now by its own command",
    });
  const since = { gt: new Date(decision.begunAtEpochMs ?? 0) };
  const rows = await tx.noopsDecision.findMany({ where: { begunAt: since }, orderBy: { id: "asc" } });
  const changed = changedBy(decision, rows.map(decisionOf));
  if (changed === null) return undoing;
  throw new TaplineError(
    "conflict",
    `decision ${changed.id} of rule ${changed.ruleId} has changed it since: ${changed.preview ?? ""}`,
    { remedy: "undo that one first, or do what is wanted now by its own command" },
  );
}

const isoOf = (epochMs: number): string => new Date(epochMs).toISOString();
