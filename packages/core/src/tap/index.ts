export { type AckLevel, ackLevels, reaches } from "./ack-ladder.ts";
export {
  type AgentLog,
  agentCanHeader,
  agentLogSchema,
  canSendLog,
  type LogWanted,
  logWantedSchema,
  mostLogLength,
  mostLogLines,
} from "./agent-log.ts";
export {
  type AgentDirective,
  type AgentReport,
  type AgentSettings,
  agentDirectiveSchema,
  agentReportSchema,
  agentSettingsSchema,
  agentVersionSchema,
  type LinkName,
  linkNames,
  mostHeldRanges,
  type PauseReason,
  pauseReasons,
  type ReaderCondition,
  type ReportAnswer,
  readerConditions,
  reportAnswerSchema,
} from "./agent-report.ts";
export { CborReader, CborWriter } from "./cbor.ts";
export { agentMessageBytes, decodeAgentMessage } from "./decode-agent-message.ts";
export { type DecodedTap, decodeTap, type ScanResult, scanTap, type TapSignature } from "./decode-tap.ts";
export { encodeTap, kidOf, packetOf, signTap } from "./encode-tap.ts";
export {
  type CertificateResponse,
  certificateResponseSchema,
  enrolRequestSchema,
  maxRequestChars,
  renewRequestSchema,
  type TrustResponse,
  trustResponseSchema,
} from "./enrolment.ts";
export { type EnrolmentToken, pinOf, readToken, tokenDigest, writeToken } from "./enrolment-token.ts";
export {
  AckLevel as StreamAckLevel,
  AgentMessage,
  IngestDefinition,
  ServerMessage,
} from "./generated/tapline/ingest/v1/ingest.ts";
export { decodeNdef, tapRecordType } from "./ndef.ts";
export { isPlainStreamed, plainPost, plainTap } from "./plainly-valid.ts";
export { flatten, type Sample, type ScannedTap, type Tap, tapBounds } from "./tap1.ts";
export {
  agentIdSchema,
  maxTapBytes,
  maxTapsPerRequest,
  type PostTapsResponse,
  postTapSchema,
  postTapsResponseSchema,
  postTapsSchema,
  type Receipt,
  type ReceiptsResponse,
  type RejectReason,
  receiptSchema,
  receiptsResponseSchema,
  rejectReasons,
  type StreamedTap,
  type SubmittedTap,
  streamedTapSchema,
  submittedTapSchema,
  type TapResult,
  tapResultSchema,
  type Verdict,
  verdictSchema,
} from "./wire.ts";
