/**
 * Every Redis key of Tapline, in one place. What one Lua script touches shares a hash tag, so that all of it
 * works on Redis Cluster: `{p<n>}` is a partition of the buffer, which has the frames and segments of some of the agents. What is of all
 * agents is with the first one: claims, receipts, credits, telemetry, queues. A segment of another partition has a card there, under
 * the key that a segment of the first one has; see `segment-card.ts`.
 */
const root = "tapline";

/** Keys of one partition of the buffer. */
export function partitionKeys(partition: number) {
  const base = `${root}:{p${partition}}`;
  return {
    /** String: the name of this life of the buffer; absent where Redis has lost its data. */
    generation: `${base}:generation`,
    /** Stream: one entry per frame; fields d = frame, w = whose taps it holds, as `writeTapRuns` writes it. */
    frames: `${base}:frames`,
    /** List: `<entry id> <taps> <bytes>` of frames not yet in a segment, oldest first. */
    uncut: `${base}:uncut`,
    /** Set: ids of open segments. */
    open: `${base}:open`,
    /** Set: those of them that have not come to transfer. */
    preparing: `${base}:preparing`,
    /** Set: those of the open ones of which an attempt has failed; they are tried again, and nobody waits for them. */
    failing: `${base}:failing`,
    /**
     * Hash: what is there; buffered = taps, frames = bytes of frames, results = bytes of verdicts and sealed forms; barred = who takes nothing in for a moment, and since when; where there is more than one partition,
     * with the first one: partitions = how many the life knows of, opened = how many of them stand.
     */
    counts: `${base}:counts`,
    /** Hash: one open segment; or with the first partition the card of one that lies in another, 30 days. */
    segment: (id: string) => `${base}:segment:${id}`,
    /** Hash: the sealed object, manifest and signature of an open segment. */
    sealed: (id: string) => `${base}:sealed:${id}`,
    /** List: receipts that wait for the end of another segment. */
    waiting: (id: string) => `${base}:waiting:${id}`,
    /** Hash: which share of each stage goes to green, JSON by stage; absent where one colour does all. */
    shares: `${base}:shares`,
    /** Hash: what was seen of a stage's two colours under one name; the fields stand in `stage-evidence.ts`; a day. */
    evidence: (stage: string, watch: string) => `${base}:evidence:${stage}:${watch}`,
    /** Stream: receipts of one agent; field p = packed Receipt. */
    receipts: (agent: string) => `${base}:receipts:${agent}`,
    /** Channel: the agent whose receipts have grown, or "" where the next segment may be cut. */
    news: `${base}:news`,
  };
}

export type PartitionKeys = ReturnType<typeof partitionKeys>;

/**
 * Hash: sequence numbers in flight of one tracker in one life of the buffer, its lease and its rate; the fields stand at the
 * head of `claim-taps.lua`. The life is in the name, so that what was claimed in one that is over holds up nobody.
 */
export function trackerKey(generation: string, tracker: string): string {
  return `${root}:{p0}:tracker:${generation}:${tracker}`;
}

/** Set: ids of the segments that have a card, so that they go with their life whatever was lost. */
export const cardsKey = `${root}:{p0}:cards`;

/** Sorted set: the processes that cut segments and are set to so many partitions, by the end of their lease, ms since 1970; there with more than one. */
export const cuttersKey = (partitions: number) => `${root}:{p0}:cutters:${partitions}`;

/** String: the last token that a lease of a tracker was given; it only grows. */
export const fenceKey = `${root}:{p0}:fence`;

/** Credits. With the buffer, since taps granted and taps buffered share one window. */
export const creditKeys = {
  /** Hash: taps that each process of the door was granted and has not spent. */
  held: `${root}:{p0}:credits:held`,
  /** Sorted set: those processes by the end of their lease, ms since 1970. */
  leases: `${root}:{p0}:credits:leases`,
  /** Sorted set: "<bytes> <process>", the ceiling that each process of the door keeps to, by the end of its validity. */
  ceilings: `${root}:{p0}:credits:ceilings`,
  /** String: there while the server's memory is short, so that nothing is granted; it says how short. */
  shut: `${root}:{p0}:credits:shut`,
  /** Hash: one agent's token bucket; tokens, and at = when it had so many. */
  bucket: (agent: string) => `${root}:{p0}:credits:agent:${agent}`,
  /** String: what the agent's refused taps of the day count; it ends with the day. */
  refused: (agent: string) => `${root}:{p0}:credits:refused:${agent}`,
} as const;

/** Channel: early verdicts for the agents' streams, and which process has which stream. */
export const doorChannel = `${root}:door`;

/** Deltas kept for a publisher that comes late. */
export const deltasKept = 10_000;

export const telemetryKeys = {
  /** Stream: what processes saw; field j = TelemetryDelta JSON. With the buffer, so that an end counts as it happens. */
  deltas: `${root}:{p0}:telemetry:deltas`,
  /** String: how services are, ServicesReport JSON; 10 s. */
  services: `${root}:{p0}:telemetry:services`,
} as const;

/** With the table of services, of which wishes come. */
export const balanceKeys = {
  /** String: what all services need, Wishes JSON; 10 s. */
  wishes: `${root}:{p0}:balance:wishes`,
  /** String: which process tells it. */
  leader: `${root}:{p0}:balance:leader`,
  /** Stream: at the turn of each minute what came and what is foretold, field j = ForecastTurn JSON; 24 h, about 0.6 MB. */
  forecasts: `${root}:{p0}:balance:forecasts`,
} as const;

/** With each other, since an answer ends its asking. */
export const agentLogKeys = {
  /** Hash: what agents are asked for, AskedLog JSON by the agent's id; each holds for 5 min. */
  asked: `${root}:{p0}:agent-logs:asked`,
  /** String: how many were asked for in that minute since 1970; 2 min. */
  askedIn: (minute: number) => `${root}:{p0}:agent-logs:asked-in:${minute}`,
  /** String: what the agent told of its log, ToldLog JSON; 1 h. */
  told: (agent: string) => `${root}:{p0}:agent-logs:told:${agent}`,
} as const;

export const keyKeys = {
  /** Hash: what each worker that encrypts takes the key ring for, RingReading JSON by its name; 30 s. */
  readings: `${root}:{p0}:keys:readings`,
} as const;

/** In one slot, since seconds and cursor move in one step. */
export const kpiKeys = {
  /** Stream: the live picture; field j = KpiLive JSON. */
  live: `${root}:{kpi}:live`,
  /** Stream: the last hour at 1 s; field j = KpiPoint JSON. */
  seconds: `${root}:{kpi}:seconds`,
  /** Hash: what happened to single scopes in the second that began then; by `scopeKey`, as `packSecond` writes it; 15 min. */
  second: (startEpochMs: number) => `${root}:{kpi}:second:${startEpochMs / 1_000}`,
  /** String: entry of the telemetry stream up to which deltas are in `seconds`. */
  cursor: `${root}:{kpi}:cursor`,
  /** String: which process publishes KPIs now. */
  leader: `${root}:{kpi}:leader`,
} as const;

/** In one slot, apart from the telemetry that alerts come of. */
export const alertKeys = {
  /** Stream: what becomes of alerts; field j = AlertNews JSON. */
  live: `${root}:{alerts}:live`,
  /** String: entry of the telemetry stream up to which what it led to is recorded. */
  cursor: `${root}:{alerts}:cursor`,
  /** Hash: what PostgreSQL could not be told yet, by the id of its first audit entry. */
  unrecorded: `${root}:{alerts}:unrecorded`,
  /** String: which process watches now. */
  leader: `${root}:{alerts}:leader`,
} as const;

/** Channel: the registry of agents has changed. */
export const agentNewsChannel = `${root}:agents:news`;

/** Prefix of BullMQ's own keys; its scripts want them in one slot. */
export const queuePrefix = `${root}:{p0}:queue`;

/** String: what a worker answered to who asked for a tap's proof, JSON; 15 s. `id`: `proofId` of the tap. */
export function proofKey(id: string): string {
  return `${root}:{p0}:proof:${id}`;
}

/** Alike, of the queue of alerts' deliveries. */
export const alertQueuePrefix = `${root}:{alerts}:queue`;
