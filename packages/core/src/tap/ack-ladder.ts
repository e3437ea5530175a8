/**
 * The ack ladder: what an answer promises about a tap, lowest rung first.
 *
 * - `accepted`: in the memory of a server.
 * - `durable`: in Redis and flushed to disk, or held by a second copy.
 * - `archived`: in the archive: renamed, size and digest checked, receipt given.
 * - `proven`: in a witnessed checkpoint of the audit log.
 */
export const ackLevels = ["accepted", "durable", "archived", "proven"] as const;

export type AckLevel = (typeof ackLevels)[number];

/** True where `level` promises at least as much as `atLeast`. */
export function reaches(level: AckLevel, atLeast: AckLevel): boolean {
  return ackLevels.indexOf(level) >= ackLevels.indexOf(atLeast);
}
