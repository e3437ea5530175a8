export { CumulativeTelemetry } from "./cumulative.ts";
export { databaseConnections } from "./database-connections.ts";
export {
  type CounterName,
  counterNames,
  type HistogramName,
  histogramNames,
  type TelemetryDelta,
  telemetryDeltaSchema,
} from "./delta.ts";
export {
  type Edge,
  type EdgeOperation,
  egressPort,
  isKnownRequest,
  meshOutsiders,
  meshServices,
} from "./edge.ts";
export { edges } from "./edges.ts";
export {
  consoleOperations,
  doorOperations,
  scalerOperations,
  servicePorts,
  streamOperations,
} from "./edges-inside.ts";
export { sentinelEdges } from "./edges-outward.ts";
export { FaultLog, type LogLine } from "./fault-log.ts";
export {
  Histogram,
  type HistogramData,
  histogramDataSchema,
  quantileOf,
  relativeError,
} from "./histogram.ts";
export {
  authorizationSpec,
  fitsRule,
  type MeshPolicies,
  type MeshRequest,
  meshEnd,
  mtlsOf,
  peerAuthenticationSpec,
} from "./mesh-access.ts";
export { type MeshParty, principalOf } from "./mesh-party.ts";
export {
  type NetworkEnd,
  type NetworkPolicy,
  networkEnd,
  networkPolicyOf,
  networkPolicySpec,
} from "./network-access.ts";
export {
  type AgentCounter,
  type AgentHistogram,
  type ArchiveCounter,
  agentCounters,
  agentHistograms,
  archiveCounters,
  type DeltaParts,
  deltaPartsSchema,
  maxPartsPerList,
  nameFits,
  type ReaderCounter,
  readerCounters,
  readerNameFits,
} from "./parts.ts";
export { TelemetryRecorder } from "./recorder.ts";
export {
  outcomeOfStatus,
  type ServedOutcome,
  ServedRequests,
  type ServedRoute,
  servedOutcomes,
} from "./served.ts";
export {
  type MeshHealth,
  meshHealthSchema,
  ServiceBoard,
  type ServiceHealth,
  type ServicesReport,
  serviceHealthSchema,
  servicesReportSchema,
} from "./service-board.ts";
export {
  type AwayArchive,
  awayArchiveSchema,
  mostErrorChars,
  type ProcessLoad,
  type SignOfLife,
  signOfLifeEveryMs,
} from "./sign-of-life.ts";
export { entryEpochMs, isBehind } from "./stream-entry.ts";
export { Tally } from "./tally.ts";
