import type { MemoryWatch } from "@tapline/adapters/redis";
import { isMemoryShort } from "@tapline/core/buffer";
import type { TelemetryRecorder } from "@tapline/core/telemetry";
import type { Logger } from "pino";
import { type Role, repeat } from "./role.ts";

export type WatchMemoryParts = {
  readonly memory: Pick<MemoryWatch, "read" | "isShut" | "shut" | "open">;
  readonly telemetry: Pick<TelemetryRecorder, "count">;
  readonly log: Pick<Logger, "info" | "warn" | "error">;
};

const lookEveryMs = 1_000;
/** How long what was seen counts; several looks fit in, and a watcher that dies shuts nobody out for longer. */
const evidenceMs = 5_000;

/**
 * Keeps the door shut while the memory of Redis is short. Any number of processes may do so: what the last one said stands
 * in Redis, so all judge alike.
 */
export function watchMemory({ memory, telemetry, log }: WatchMemoryParts): Role {
  const watching = repeat(
    async () => {
      const [seen, wasShut] = await Promise.all([memory.read(), memory.isShut()]);
      const short = isMemoryShort(wasShut, seen.usedBytes, seen.maxBytes);
      if (short) await memory.shut(seen, evidenceMs);
      if (short && !wasShut) {
        telemetry.count("buffer.memory_short");
        log.error(
          seen,
          "the memory of Redis is short: no taps are let in until some is free; give it more (maxmemory), or find out why the archive takes no segments",
        );
      }
      if (!short && wasShut) {
        await memory.open();
        log.info(seen, "the memory of Redis suffices again");
      }
      return lookEveryMs;
    },
    (error) => log.warn({ err: error }, "the memory of Redis could not be looked at"),
  );
  return { stop: () => watching.stop() };
}
