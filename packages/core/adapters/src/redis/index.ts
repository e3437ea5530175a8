export { AgentLogs, type AskedLog, logKeptMs, logWantedForMs, type ToldLog } from "./agent-logs.ts";
export { AgentNews } from "./agent-news.ts";
export { BufferBar, type BufferedRuns } from "./buffer-bar.ts";
export { Ceilings, ceilingHoldsMs, type DeclaredCeiling } from "./ceilings.ts";
export { connectRedis, dropArguments } from "./connect.ts";
export { CreditBook, creditLeaseMs } from "./credit-book.ts";
export { Cutters, cutterLeaseMs } from "./cutters.ts";
export { DoorNews, type VerdictHint } from "./door-news.ts";
export { ForecastLog, forecastsKeptMs } from "./forecast-log.ts";
export {
  alertKeys,
  alertQueuePrefix,
  balanceKeys,
  creditKeys,
  keyKeys,
  kpiKeys,
  partitionKeys,
  proofKey,
  queuePrefix,
  telemetryKeys,
  trackerKey,
} from "./keys.ts";
export { RoleLease } from "./lease.ts";
export { MemoryWatch, type ServerMemory, serverUpSinceEpochMs } from "./memory-watch.ts";
export { type QuotaStanding, type RefusedCounts, RefusedQuota } from "./refused-quota.ts";
export {
  type AddressedReceipt,
  type BufferOptions,
  receiptTtlMs,
  type SealedSegment,
  SegmentBuffer,
} from "./segment-buffer.ts";
export { SegmentShares, type StageShare, type StageWatch } from "./segment-shares.ts";
export { reportHoldsMs, ServicesReports } from "./services-reports.ts";
export { type Seen, StageEvidence } from "./stage-evidence.ts";
export { saidIn } from "./stream-entries.ts";
export { type Claim, type ClaimAnswer, type Lease, type Leases, TapLedger } from "./tap-ledger.ts";
export { type SegmentUnderWay, TapsUnderWay, type TapUnderWay } from "./taps-under-way.ts";
export { type HeardProcess, ReadDeltas, type ReportedDelta, TelemetryStream } from "./telemetry-stream.ts";
export { WishBoard, wishesHoldMs } from "./wish-board.ts";
