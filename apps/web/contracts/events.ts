import type { AlertNews } from "@tapline/core/alerts";
import type { ShownEntry } from "@tapline/core/audit";
import type { KpiLive } from "@tapline/core/kpi";
import type { AgentView } from "./agents.ts";
import type { PaintedAlert } from "./painted.ts";

/** Figures older than this are not called live, ms. The publisher speaks at least once a second. */
export const staleAfterMs = 3_000;

/** What a browser may listen to; each topic is a room of the same name. */
export type Topic = "kpi" | "alerts" | "agents" | MarkedTopic;

/** Of which is told that something has changed, and not what. */
export const markedTopics = ["keys", "noops", "releases"] as const;

export type MarkedTopic = (typeof markedTopics)[number];

/** Pushed by the server. Every payload carries what a reader needs to drop what is not newer. */
export interface ServerToClientEvents {
  kpi: (live: KpiLive) => void;
  alerts: (news: AlertNews) => void;
  /** News of alerts may not have been read: ask anew for what is shown of them. */
  alertsMissed: () => void;
  /** Agents that are other than before; of two readings of one the later one holds. */
  agents: (changed: AgentView[]) => void;
  /** News of agents may not have been read: ask anew for what is shown of them. */
  agentsMissed: () => void;
  /** Something of it is another, or cannot be read: ask anew. */
  changed: (topic: MarkedTopic) => void;
  /** Whoever looks may do other things than before: come anew. */
  roleChanged: () => void;
  /** To be answered once they are shown: the next ones come then. */
  auditEntries: (batch: AuditBatch, received: () => void) => void;
}

/** Asked by the browser. */
export interface ClientToServerEvents {
  /** Join a topic; needed anew after every reconnect. `true` = joined, as far as one sees it, `false` = there is no such topic. */
  subscribe: (topic: Topic, answer: (joined: boolean) => void) => void;
  /** Leave a topic that is shown no more. */
  unsubscribe: (topic: Topic) => void;
  /**
   * Hear of audit entries as they get their places in the log. Needed anew after every reconnect, with `next` of
   * the last batch: so nothing is missed and nothing comes twice. A connection has one watch: another one takes its place, and
   * batches that come before its answer are still the old one's.
   */
  watchAudit: (watch: AuditWatch, answer: (answer: AuditWatchAnswer) => void) => void;
  unwatchAudit: () => void;
  /** When alerts that came by socket were painted: at most 50, once a second. */
  alertsPainted: (painted: PaintedAlert[]) => void;
}

/** Which entries; what is left out counts for nothing. The same as of `audit.list`. */
export interface AuditWatch {
  action?: string | undefined;
  actorId?: string | undefined;
  subject?: string | undefined;
  text?: string | undefined;
  /** From this place of the log on; left out: whatever comes from now on. */
  from?: number | undefined;
}

export type AuditWatchAnswer =
  /** Entries follow from this place on. */
  | { is: "watching"; from: number }
  /** More was missed than is sent this way: ask `audit.list` for it, and watch from `newest` on. */
  | { is: "too-far"; newest: number }
  | { is: "refused"; why: ConnectRefusal | "invalid-input" };

/** Entries in the order of the log; at most 100, with those that cannot be read. */
export interface AuditBatch {
  entries: { index: number; recordedAtEpochMs: number; entry: ShownEntry }[];
  /** Places of entries among them that cannot be read: `tapline audit verify --full` tells whether they were changed. */
  unreadable: number[];
  /** Up to where the log was looked at: where a later watch goes on. */
  next: number;
}

/** Why a connection was refused: the `message` of the connect error. */
export type ConnectRefusal = "unauthenticated" | "forbidden" | "unavailable";
