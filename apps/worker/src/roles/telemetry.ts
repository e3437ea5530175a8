import type { TelemetryStream } from "@tapline/adapters/redis";
import {
  type CumulativeTelemetry,
  type SignOfLife,
  signOfLifeEveryMs,
  type TelemetryRecorder,
} from "@tapline/core/telemetry";
import type { Logger } from "pino";
import { type Role, repeat } from "./role.ts";

const reportEveryMs = 250;

export type TelemetryParts = {
  readonly telemetry: TelemetryRecorder;
  readonly counted: Pick<CumulativeTelemetry, "add">;
  readonly telemetryStream: Pick<TelemetryStream, "report">;
  readonly sign: () => SignOfLife;
  readonly clock: () => number;
  readonly log: Logger;
};

/** Reports what this process saw, again and again, and once more at the end; now and then that it lives. */
export function startTelemetry({
  telemetry,
  counted,
  telemetryStream,
  sign,
  clock,
  log,
}: TelemetryParts): Role {
  let signedAtMs = Number.NEGATIVE_INFINITY;
  const report = async (isLast: boolean): Promise<void> => {
    const isDue = !isLast && performance.now() - signedAtMs >= signOfLifeEveryMs;
    if (isDue) signedAtMs = performance.now();
    const delta = telemetry.take(clock(), isDue ? sign() : null);
    if (delta === null) return;
    counted.add(delta);
    await telemetryStream.report(delta);
  };
  const loop = repeat(
    async () => {
      await report(false);
      return reportEveryMs;
    },
    (error) => log.warn({ err: error }, "telemetry could not be reported"),
  );
  return {
    stop: async () => {
      await loop.stop();
      await report(true);
    },
  };
}
