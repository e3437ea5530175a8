import type { Clock } from "@tapline/core/kernel";
import type { AckLevel, AgentLog, AgentReport, LinkName, LogWanted } from "@tapline/core/tap";
import type { AgentEvents } from "../events.ts";
import type { Outbox, Settled } from "../outbox/index.ts";
import type { Credentials, Link } from "./link.ts";
import type { LinkSetting } from "./link-choice.ts";
import type { Sending } from "./tap-sender.ts";
import type { Notify } from "./troubles.ts";

/** Settings that may change while the agent runs. */
export type DeliverySettings = {
  link: LinkSetting;
  /** The rung of the ack ladder at which a tap may leave the outbox. */
  releaseAt: AckLevel;
  /** Longest time between two reports, ms. */
  reportEveryMs: number;
};

export type DeliveryOptions = {
  outbox: Outbox;
  events: AgentEvents;
  links: Readonly<Record<LinkName, Link>>;
  /** The ones that links are opened with. */
  credentials: () => Credentials;
  settings: DeliverySettings;
  /** A tap that the server called durable is sent again after this time without a receipt, ms. Default 120,000. */
  resendAfterMs?: number;
  /** While REST serves, gRPC is first tried again after about this time, ms. Default 30,000. */
  probeAfterMs?: number;
  /** How this agent is, for a report by `link`; where it is not given, nothing is reported. */
  report?: (link: LinkName) => AgentReport;
  /** What the server wants of this agent; not checked yet. */
  onDirective: (directive: unknown) => void;
  /** The server wants the last lines of this agent's log. Default: it gets none. */
  onLogWanted?: (wanted: LogWanted) => AgentLog;
  /** The wall clock, ms since 1970. */
  now: Clock;
  /** A clock that never goes back, ms. */
  monotonic: Clock;
  /** Numbers in [0, 1), for the jitter of waits. */
  random: () => number;
  /** Taps that left the outbox, and the segments that were named with them. */
  onSettled: (settled: readonly Settled[], segments: ReadonlySet<string>) => void;
  notify: Notify;
  /** Default: taps are in no trace. */
  sending?: Sending;
  /** The outbox cannot go on. */
  onFailure: (error: unknown) => void;
};
