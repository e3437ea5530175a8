export { type Actor, actorSchema } from "./actor.ts";
export { canonicalJson, type JsonValue } from "./canonical-json.ts";
export type { Clock, RandomBytes } from "./clock.ts";
export { sha256, sha256Hex } from "./digest.ts";
export { type ErrorCode, type ErrorFacts, errorCodes, hasCode, messageOf, TaplineError } from "./errors.ts";
export { type Problem, problemSchema, problemTypes } from "./problem.ts";
export { type Random, seededRandom, wholeBetween } from "./random.ts";
export { type ClusterNodes, clusterNodes, redisUrlPattern } from "./redis-url.ts";
export { uuidV7, uuidV7EpochMs } from "./uuid.ts";
