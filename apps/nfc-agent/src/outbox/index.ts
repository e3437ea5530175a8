export { inspectOutbox, type ListedTap, type OutboxListing } from "./inspect-outbox.ts";
export { lockFolder, lockHolder } from "./lock.ts";
export { Outbox, type OutboxOptions, type Settled } from "./outbox.ts";
export type { Outcome, TapRecord, Totals } from "./record.ts";
export type { OutboxBounds, OutboxState } from "./room.ts";
