import { TaplineError } from "@tapline/core/kernel";
import { openGaps } from "../wire/commands/fleet.ts";
import { findStores } from "./find-stores.ts";
import { spanText } from "./span-text.ts";

interface ListOptions {
  readonly agent?: string;
  readonly tracker?: string;
  readonly open?: boolean;
  readonly limit: number;
  readonly json?: boolean;
}

export async function list({ agent, tracker, open, limit, json }: ListOptions): Promise<void> {
  if (agent !== undefined && tracker !== undefined)
    throw new TaplineError("invalid-input", "either --agent or --tracker, not both");
  const subject = agent ?? tracker;
  const { ledger, close } = openGaps((await findStores()).databaseUrl);
  try {
    const gaps = await ledger.list({
      ...(subject === undefined ? {} : { subject, scope: agent === undefined ? "tracker" : "agent" }),
      open: open === true,
      limit,
    });
    const nowEpochMs = Date.now();
    const lines = gaps.map(({ scope, subject: of, epoch, first, last, openedAtEpochMs, closedAtEpochMs }) => {
      const numbers = first === last ? `${first}` : `${first}-${last}`;
      const closed =
        closedAtEpochMs === null
          ? `open for ${spanText(nowEpochMs - openedAtEpochMs)}`
          : `filled ${new Date(closedAtEpochMs).toISOString()}`;
      return `${scope} ${of}  epoch ${epoch}  ${numbers}  ${closed}`;
    });
    const text = lines.length === 0 ? ["no gap"] : lines;
    process.stdout.write(`${json === true ? JSON.stringify(gaps) : text.join("\n")}\n`);
  } finally {
    await close();
  }
}
