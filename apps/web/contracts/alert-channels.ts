import type { KpiScope } from "@tapline/core/kpi";

/** How far a delivery has come. `held`: by maintenance; `failed`: given up; `moot`: nobody need hear of it any more. */
export const deliveryStates = ["waiting", "held", "sent", "failed", "moot"] as const;

export type DeliveryState = (typeof deliveryStates)[number];

/** A line of the delivery log. */
export interface DeliveryView {
  id: string;
  channel: string;
  /** Which of the browsers that the channel reaches; "" = all of them, or a channel of another kind. */
  recipient: string;
  state: DeliveryState;
  kind: "call" | "acknowledged" | "over" | "test" | "more";
  alertId: string;
  ruleId: string;
  message: string;
  scope: KpiScope;
  /** When what is told happened. */
  atEpochMs: number;
  /** When the breach began, and when its alert was raised, which is later by what the rule waits on purpose. `null`: not known. */
  breachedAtEpochMs: number | null;
  raisedAtEpochMs: number;
  /** Which telling of the same call this is: from 0, more where it went on unacknowledged. */
  step: number;
  attempts: number;
  /** Why the last attempt failed, or that it was told together with others; "" where there is nothing to say. */
  fault: string;
  /** When it may be tried next, or until when it is held. */
  dueAtEpochMs: number;
  endedAtEpochMs: number | null;
  /** To its end, ms: of a call from the raise, of all else from when it happened; `null` before it. */
  tookMs: number | null;
  /** Who acknowledged, or asked for the test; `null` where nobody did, or that is not known. */
  by: string | null;
}

/** `next` asks for more, `null` = that was all. */
export interface DeliveryPage {
  deliveries: DeliveryView[];
  next: string | null;
}

export interface DeliveryFilter {
  channel?: string | undefined;
  state?: DeliveryState | undefined;
  alertId?: string | undefined;
}

/** One way to reach people beside the console, and how it fares; without what is secret. */
export interface ChannelView {
  name: string;
  kind: string;
  /** In words, such as `e-mail to 2 addresses`. */
  way: string;
  /** What of an alert's life it is told. */
  tells: readonly string[];
  waiting: number;
  held: number;
  last: DeliveryView | null;
}

export interface ChannelsView {
  /** Of the release in force; 0 = there was none yet. */
  version: number;
  channels: ChannelView[];
  schedules: string[];
  policies: string[];
}

/** A time in which alerts are shown, and told to nobody. */
export interface MaintenanceView {
  id: string;
  /** Empty = all. */
  sites: string[];
  rules: string[];
  startsAtEpochMs: number;
  endsAtEpochMs: number;
  reason: string;
  startedBy: string;
  /** When and by whom it was ended before its time; `null` where nobody did. */
  endedAtEpochMs: number | null;
  endedBy: string | null;
}
