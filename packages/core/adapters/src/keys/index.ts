/** Apart from the room `prisma`, which the console loads: what handles keys needs the room `encryption`. */
export { EndingLog } from "./ending-log.ts";
export { type ArchiveShare, KeyMap } from "./key-map.ts";
export { KeyRing, type RingChange } from "./key-ring.ts";
