import type { KpiLive } from "@tapline/core/kpi";

/** What a browser may listen to; each topic is a room of the same name. */
export type Topic = "kpi";

/** Pushed by the server. Every payload carries what a reader needs to drop what is not newer. */
export interface ServerToClientEvents {
  kpi: (live: KpiLive) => void;
}

/** Asked by the browser. */
export interface ClientToServerEvents {
  /** Join a topic; needed anew after a reconnect that was not recovered. `true` = joined. */
  subscribe: (topic: Topic, answer: (joined: boolean) => void) => void;
}

/** Why a connection was refused: the `message` of the connect error. */
export type ConnectRefusal = "unauthenticated" | "forbidden" | "unavailable";
