import { printableLine, TaplineError } from "@tapline/core/kernel";
import { type DeliveryListing, deliveryStates } from "../wire/commands/alert-channels.ts";
import { withAlertChannels } from "./alert-channels.ts";
import { table } from "./columns.ts";
import { spanText } from "./span-text.ts";

interface Options {
  readonly channel?: string;
  readonly state?: string;
  readonly alert?: string;
  readonly limit: number;
  readonly json?: boolean;
}

/** The delivery log, the newest first. */
export async function list({ channel, state: given, alert, limit, json }: Options): Promise<void> {
  const state = deliveryStates.find((one) => one === given);
  if (given !== undefined && state === undefined)
    throw new TaplineError("invalid-input", `no delivery is ${given}`, {
      remedy: `say one of ${deliveryStates.join(", ")}`,
    });
  const filter = {
    ...(channel === undefined ? {} : { channel }),
    ...(state === undefined ? {} : { state }),
    ...(alert === undefined ? {} : { alertId: alert }),
  };
  const found = await withAlertChannels(({ deliveries }) => deliveries.list(filter, limit));
  if (json === true) return void process.stdout.write(`${JSON.stringify(found)}\n`);
  process.stdout.write(`${table(heads, found.map(cellsOf), "no deliveries")}\n`);
}

const heads = ["WHEN", "WHAT", "RULE", "CHANNEL", "STATE", "ATTEMPTS", "CAME OF IT"];

function cellsOf(delivery: DeliveryListing): string[] {
  const { notice, channel, recipient, state, attempts, tookMs, fault } = delivery;
  const by = recipient === "" ? channel : `${channel} ${recipient}`;
  const cells = [new Date(notice.atEpochMs).toISOString(), notice.kind, notice.ruleId, by, state];
  const came = tookMs === null || state !== "sent" ? fault : sentText(notice, tookMs);
  return [...cells, String(attempts), came].map(printableLine);
}

/** What a rule waits on purpose, from the breach to the raise, is told apart from what the delivery took. */
function sentText({ kind, breachedAtEpochMs, raisedAtEpochMs }: DeliveryListing["notice"], tookMs: number) {
  if (kind !== "call") return `sent ${tookMs} ms after it happened`;
  const sent = `sent ${tookMs} ms after the raise`;
  if (breachedAtEpochMs === undefined) return sent;
  return `${sent}, which came ${spanText(Math.max(0, raisedAtEpochMs - breachedAtEpochMs))} after the breach`;
}
