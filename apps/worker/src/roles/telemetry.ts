import type { TelemetryStream } from "@tapline/adapters/redis";
import type { TelemetryRecorder } from "@tapline/core/telemetry";
import type { Logger } from "pino";
import { type Role, repeat } from "./role.ts";

const reportEveryMs = 250;

export type TelemetryParts = {
  readonly telemetry: TelemetryRecorder;
  readonly telemetryStream: Pick<TelemetryStream, "report">;
  readonly clock: () => number;
  readonly log: Logger;
};

/** Reports what this process saw, again and again, and once more at the end. */
export function startTelemetry({ telemetry, telemetryStream, clock, log }: TelemetryParts): Role {
  const report = async (): Promise<void> => {
    const delta = telemetry.take(clock());
    if (delta !== null) await telemetryStream.report(delta);
  };
  const loop = repeat(
    async () => {
      await report();
      return reportEveryMs;
    },
    (error) => log.warn({ err: error }, "telemetry could not be reported"),
  );
  return {
    stop: async () => {
      await loop.stop();
      await report();
    },
  };
}
