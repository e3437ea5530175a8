import type { RingReadings } from "@tapline/adapters/keys";
import type { RingReading } from "@tapline/core/encryption";
import type { Logger } from "pino";
import { type Role, repeat } from "./role.ts";

export type TellRingParts = {
  readonly instance: string;
  readonly read: () => Promise<Omit<RingReading, "worker">>;
  readonly readings: Pick<RingReadings, "tell">;
  readonly log: Pick<Logger, "warn">;
};

const everyMs = 5_000;
const afterErrorMs = 30_000;

/** Tells what this worker takes the key ring for, so that people see whom new objects are encrypted to, and where not. */
export function tellRing({ instance, read, readings, log }: TellRingParts): Role {
  const telling = repeat(
    async () => {
      await readings.tell({ worker: instance, ...(await read()) });
      return everyMs;
    },
    (error) => log.warn({ err: error }, "what this worker takes the key ring for cannot be told"),
    afterErrorMs,
  );
  return { stop: () => telling.stop() };
}
