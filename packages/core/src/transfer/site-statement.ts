import { z } from "zod";
import { canonicalJson, TaplineError } from "../kernel/index.ts";
import { agentIdSchema } from "../tap/index.ts";
import type { GapStatement } from "./gap-statement.ts";

const count = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

/** A site's word: where some agents stand. */
export const siteSchema = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, "must be 1-63 lower-case letters, digits or hyphens");

/** The site of an agent to which none was given. */
export const defaultSite = "default";

/** What became of taps; `tapped` is the sum of the others. */
const balanceShape = {
  tapped: count,
  archived: count,
  duplicates: count,
  /** Refused, and kept in quarantine. */
  quarantined: count,
  /** Without an end so far, and maybe still with the agent or on their way. */
  pending: count,
  /** Without an end, from before the ledger began or was rebuilt. */
  unjudged: count,
  /** Without an end, and no agent holds them any more: holes of the gap ledger. */
  missing: count,
} as const;

const figures = ["archived", "duplicates", "quarantined", "pending", "unjudged", "missing"] as const;

/**
 * What became of the taps of one site that were first known on one UTC day (by the server's clock); canonical JSON
 * (RFC 8785), signed apart. `balanced`: tapped = archived + duplicates + quarantined + pending.
 */
export const siteStatementSchema = z.strictObject({
  version: z.literal(1),
  site: siteSchema,
  day: z.iso.date(),
  madeAtEpochMs: count,
  balanced: z.boolean(),
  ...balanceShape,
  agents: z.array(z.strictObject({ agent: agentIdSchema, ...balanceShape })),
});

export type SiteStatement = z.infer<typeof siteStatementSchema>;

type Balance = { -readonly [Key in keyof typeof balanceShape]: number };

/** Sums up the agents' days of a site. @throws TaplineError `invalid-input` */
export function buildSiteStatement(facts: {
  readonly site: string;
  readonly day: string;
  readonly madeAtEpochMs: number;
  readonly agents: readonly { readonly agent: string; readonly epochs: GapStatement["epochs"] }[];
}): { statement: SiteStatement; bytes: Buffer } {
  const agents = facts.agents.map(({ agent, epochs }) => ({ agent, ...balanceOf(epochs) }));
  const total = sumOf(agents);
  const parsed = siteStatementSchema.safeParse({
    ...facts,
    ...total,
    agents,
    version: 1,
    balanced: isBalanced(total),
  });
  if (!parsed.success)
    throw new TaplineError(
      "invalid-input",
      `a statement about site ${facts.site} cannot be: ${parsed.error.message}`,
    );
  return { statement: parsed.data, bytes: canonicalJson(parsed.data) };
}

/** Reads a statement strictly; check its signature first (`verifyDetached`). @throws TaplineError `corrupt` */
export function readSiteStatement(bytes: Uint8Array): SiteStatement {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch (cause) {
    throw corrupt("it is not JSON", cause);
  }
  const parsed = siteStatementSchema.safeParse(value);
  if (!parsed.success) throw corrupt(parsed.error.issues[0]?.message ?? "its form is another one");
  const statement = parsed.data;
  if (!canonicalJson(statement).equals(bytes)) throw corrupt("it is not in canonical form");
  const total = sumOf(statement.agents);
  const addsUp = (of: Balance): boolean => of.tapped === figures.reduce((sum, name) => sum + of[name], 0);
  if (![...statement.agents, statement].every(addsUp)) throw corrupt("its numbers do not add up");
  if ((["tapped", ...figures] as const).some((name) => total[name] !== statement[name]))
    throw corrupt("its agents do not add up to the site");
  if (statement.balanced !== isBalanced(statement))
    throw corrupt("what it says of balance does not follow from its numbers");
  return statement;
}

/** Where a site's statement and its signature lie in the archive. @param day `YYYY-MM-DD` */
export function siteStatementPaths(site: string, day: string): { statement: string; signature: string } {
  const statement = `statements/${day.replaceAll("-", "/")}/site-${site}.json`;
  return { statement, signature: `${statement}.p7s` };
}

function balanceOf(epochs: GapStatement["epochs"]): Balance {
  return sumOf(
    epochs.map(({ first, last, rejected, holes, ...ends }) => ({
      ...{
        tapped: last - first + 1,
        archived: ends.archived,
        duplicates: ends.duplicates,
        quarantined: rejected,
      },
      ...{ pending: ends.pending, unjudged: ends.unjudged },
      missing: holes.reduce((sum, [from, to]) => sum + to - from + 1, 0),
    })),
  );
}

function sumOf(parts: readonly Balance[]): Balance {
  const sum = { tapped: 0, archived: 0, duplicates: 0, quarantined: 0, pending: 0, unjudged: 0, missing: 0 };
  for (const part of parts) for (const name of ["tapped", ...figures] as const) sum[name] += part[name];
  return sum;
}

function isBalanced({ tapped, archived, duplicates, quarantined, pending }: Balance): boolean {
  return tapped === archived + duplicates + quarantined + pending;
}

function corrupt(detail: string, cause?: unknown): TaplineError {
  return new TaplineError("corrupt", `the statement is not as it was written: ${detail}`, {
    remedy: "take it from the archive again",
    ...(cause === undefined ? {} : { cause }),
  });
}
