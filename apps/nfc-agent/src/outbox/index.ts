export { Outbox, type OutboxOptions, type OutboxState, type Settled } from "./outbox.ts";
export type { Outcome, TapRecord, Totals } from "./record.ts";
