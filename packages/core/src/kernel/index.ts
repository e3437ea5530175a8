export { type Actor, actorSchema } from "./actor.ts";
export { decodeBase45, encodeBase45 } from "./base45.ts";
export { canonicalJson, type JsonValue } from "./canonical-json.ts";
export type { Clock, RandomBytes } from "./clock.ts";
export { type Colour, colourSchema, colours, otherColour } from "./colour.ts";
export { sha256, sha256Hex } from "./digest.ts";
export { type ErrorCode, type ErrorFacts, errorCodes, hasCode, messageOf, TaplineError } from "./errors.ts";
export { printable, printableLine } from "./printable.ts";
export { type Problem, problemSchema, problemTypes } from "./problem.ts";
export { type Random, seededRandom, wholeBetween } from "./random.ts";
export { readJson } from "./read-json.ts";
export {
  type ClusterNodes,
  clusterNodes,
  type RedisTlsFiles,
  redisUrlForms,
  redisUrlPattern,
  type Sentinels,
  sentinels,
  takeTlsFiles,
} from "./redis-url.ts";
export { formatTraceparent, parseTraceparent, type TraceContext, traceIdOf } from "./trace-context.ts";
export { isUuid, uuidV7, uuidV7EpochMs } from "./uuid.ts";
export { isTimeZone, type WallClock, wallClock } from "./wall-clock.ts";
