/** Apart from the room `prisma`: what handles keys needs the room `encryption`. */
export { EndingLog, type KeptEndings } from "./ending-log.ts";
export { KeyDesk, type KeyOutcome, type KeyPreview, type KeyWish } from "./key-desk.ts";
export { KeyMap } from "./key-map.ts";
export { type KeyRequestListing, KeyRequests } from "./key-requests.ts";
export { KeyRing } from "./key-ring.ts";
export { RingReadings } from "./ring-readings.ts";
export type { RingStanding } from "./ring-standing.ts";
export { withoutKeys } from "./without-keys.ts";
