import { TaplineError } from "@tapline/core/kernel";
import { deliveryStates } from "../wire/commands/alert-channels.ts";
import { withAlertChannels } from "./alert-channels.ts";
import { columns } from "./columns.ts";
import { count } from "./count.ts";

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
  const rows = found.map(({ notice, channel, recipient, state: is, attempts, tookMs, fault }) => [
    ...[new Date(notice.atEpochMs).toISOString(), notice.kind, notice.ruleId],
    ...[recipient === "" ? channel : `${channel} ${recipient}`, is, count(attempts, "attempt")],
    tookMs === null || is !== "sent"
      ? fault
      : `${tookMs} ms after ${notice.kind === "call" ? "the breach" : "it happened"}`,
  ]);
  process.stdout.write(`${rows.length === 0 ? "no deliveries" : columns(rows)}\n`);
}
