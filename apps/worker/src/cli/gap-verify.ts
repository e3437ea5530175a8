import { type GapStatement, readStatement } from "@tapline/core/transfer";
import { type VerifyOptions, verifyStatement } from "./verify-statement.ts";

export async function verify(file: string, options: VerifyOptions): Promise<void> {
  const statement = await verifyStatement(file, options, readStatement, statementText);
  if (!statement.noGap) process.exitCode = 2;
}

/** What a statement says, in words. */
export function statementText({ agent, day, noGap, epochs }: GapStatement): string {
  const head = `agent ${agent}, ${day} (UTC): ${noGap ? "no gap" : "NOT without gap"}`;
  const lines = epochs.map((epoch) => {
    const holes = epoch.holes.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`));
    return [
      `  epoch ${epoch.epoch}, numbers ${epoch.first}-${epoch.last}: ${epoch.archived} archived`,
      `${epoch.duplicates} duplicates`,
      `${epoch.rejected} rejected`,
      ...(epoch.pending === 0 ? [] : [`${epoch.pending} pending`]),
      ...(epoch.unjudged === 0 ? [] : [`${epoch.unjudged} from before the ledger, not known`]),
      ...(holes.length === 0 ? [] : [`holes: ${holes.join(", ")}`]),
    ].join(", ");
  });
  return [head, ...(lines.length === 0 ? ["  no numbers were given on this day"] : lines)].join("\n");
}
