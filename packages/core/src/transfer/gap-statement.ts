import { z } from "zod";
import { canonicalJson, TaplineError } from "../kernel/index.ts";
import { agentIdSchema } from "../tap/index.ts";

const count = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
const range = z
  .tuple([count, count])
  .refine(([first, last]) => first <= last, { error: "must not be empty" });

const epochSchema = z.strictObject({
  epoch: count,
  /** Numbers that were first known on this day, both included. */
  first: count,
  last: count,
  archived: count,
  duplicates: count,
  rejected: count,
  /** Without an end so far, and maybe still with the agent or on their way. */
  pending: count,
  /** Without an end, from before the ledger began or was rebuilt: how they ended is not known. */
  unjudged: count,
  /** Without an end, and the agent does not hold them any more. */
  holes: z.array(range),
});

/**
 * What became of the taps of one agent that were first known on one UTC day (by the server's clock); canonical JSON
 * (RFC 8785), signed apart. `noGap`: every number of the day has an end.
 */
export const gapStatementSchema = z.strictObject({
  version: z.literal(1),
  agent: agentIdSchema,
  day: z.iso.date(),
  madeAtEpochMs: count,
  noGap: z.boolean(),
  epochs: z.array(epochSchema),
});

export type GapStatement = z.infer<typeof gapStatementSchema>;

/** The statement's bytes; `noGap` follows from the epochs. @throws TaplineError `invalid-input` */
export function buildStatement(facts: Omit<GapStatement, "version" | "noGap">): {
  statement: GapStatement;
  bytes: Buffer;
} {
  const noGap = facts.epochs.every(isWhole);
  const parsed = gapStatementSchema.safeParse({ ...facts, version: 1, noGap });
  if (!parsed.success)
    throw new TaplineError(
      "invalid-input",
      `a statement about ${facts.agent} cannot be: ${parsed.error.message}`,
    );
  return { statement: parsed.data, bytes: canonicalJson(parsed.data) };
}

/** Reads a statement strictly; check its signature first (`verifyDetached`). @throws TaplineError `corrupt` */
export function readStatement(bytes: Uint8Array): GapStatement {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch (cause) {
    throw corrupt("it is not JSON", cause);
  }
  const parsed = gapStatementSchema.safeParse(value);
  if (!parsed.success) throw corrupt(parsed.error.issues[0]?.message ?? "its form is another one");
  if (!canonicalJson(parsed.data).equals(bytes)) throw corrupt("it is not in canonical form");
  if (parsed.data.noGap !== parsed.data.epochs.every(isWhole))
    throw corrupt("what it says of gaps does not follow from its numbers");
  if (!parsed.data.epochs.every(addsUp)) throw corrupt("its numbers do not add up");
  return parsed.data;
}

/** Where a statement and its signature lie in the archive; no segment lies there. @param day `YYYY-MM-DD` */
export function statementPaths(agent: string, day: string): { statement: string; signature: string } {
  const statement = `statements/${day.replaceAll("-", "/")}/agent-${agent}.json`;
  return { statement, signature: `${statement}.p7s` };
}

type Epoch = GapStatement["epochs"][number];

function isWhole({ pending, unjudged, holes }: Epoch): boolean {
  return pending === 0 && unjudged === 0 && holes.length === 0;
}

function addsUp({ first, last, archived, duplicates, rejected, pending, unjudged, holes }: Epoch): boolean {
  const missing = holes.reduce((sum, [from, to]) => sum + to - from + 1, 0);
  return archived + duplicates + rejected + pending + unjudged + missing === last - first + 1;
}

function corrupt(detail: string, cause?: unknown): TaplineError {
  return new TaplineError("corrupt", `the statement is not as it was written: ${detail}`, {
    remedy: "take it from the archive again",
    ...(cause === undefined ? {} : { cause }),
  });
}
