import type { AgentDay, GapStatements, SignedStatement } from "@tapline/adapters/prisma";
import type { SftpArchive } from "@tapline/adapters/sftp";
import { type Signer, signDetached } from "@tapline/core/encryption";
import { hasCode } from "@tapline/core/kernel";
import { buildStatement, type GapStatement, statementPaths } from "@tapline/core/transfer";

export type StateGapsParts = {
  readonly statements: GapStatements;
  readonly archive: Pick<SftpArchive, "put">;
  readonly signer: Signer;
  readonly clock: () => number;
  /** Told of a day of which another statement stands in the archive; that one stays. */
  readonly onOther: (day: AgentDay) => void;
};

const hourMs = 3_600_000;
/** Reports and segments of a day may come so late. */
const settleMs = hourMs;
/** A day with pending taps is stated at the latest so long after its end. */
const waitForPendingMs = 48 * hourMs;
/** Days looked at in one go, and statements in one transaction. */
const mostDays = 20_000;
const batchSize = 100;
const storedAtOnce = 100;

/**
 * States every agent's day that has ended: once nothing of it is pending, at the latest two days later. A statement is
 * kept in PostgreSQL first, so that each attempt stores the same bytes; the archive gets the signature before it.
 * @returns how many were made and stored
 */
export async function stateGaps(parts: StateGapsParts): Promise<{ made: number; stored: number }> {
  const { statements, clock } = parts;
  const until = new Date(clock() - settleMs).toISOString().slice(0, 10);
  let made = 0;
  let batch: SignedStatement[] = [];
  const keep = async (): Promise<void> => {
    await statements.keep(batch, { kind: "job", id: "audit" }, clock());
    made += batch.length;
    batch = [];
  };
  for (const day of await statements.due(until, mostDays)) {
    const signed = await makeStatement(day, parts);
    if (signed === null || mayWait(day.day, signed.statement, clock())) continue;
    batch.push(signed);
    if (batch.length === batchSize) await keep();
  }
  await keep();
  return { made, stored: await store(parts) };
}

/** A statement about an agent's day as known now, signed; null where the agent is not known to have been there. */
export async function makeStatement(
  { agent, day }: AgentDay,
  { statements, signer, clock }: Pick<StateGapsParts, "statements" | "signer" | "clock">,
): Promise<(SignedStatement & { readonly statement: GapStatement }) | null> {
  const epochs = await statements.epochsOf({ agent, day });
  if (epochs === null) return null;
  const madeAtEpochMs = clock();
  const { statement, bytes } = buildStatement({ agent, day, madeAtEpochMs, epochs });
  const signature = signDetached(bytes, signer, madeAtEpochMs);
  return { agent, day, noGap: statement.noGap, bytes, signature, madeAtEpochMs, statement };
}

function mayWait(day: string, { epochs }: GapStatement, nowEpochMs: number): boolean {
  const endedEpochMs = Date.parse(day) + 24 * hourMs;
  return nowEpochMs < endedEpochMs + waitForPendingMs && epochs.some(({ pending }) => pending > 0);
}

async function store({ statements, archive, clock, onOther }: StateGapsParts): Promise<number> {
  let stored = 0;
  for (;;) {
    const waiting = await statements.unstored(storedAtOnce);
    for (const { agent, day, bytes, signature } of waiting) {
      const paths = statementPaths(agent, day);
      try {
        await archive.put(paths.signature, signature);
        await archive.put(paths.statement, bytes);
      } catch (error) {
        if (!hasCode(error, "conflict")) throw error;
        onOther({ agent, day });
      }
      await statements.noteStored({ agent, day }, clock());
      stored++;
    }
    if (waiting.length < storedAtOnce) return stored;
  }
}
