import { FaultLog } from "@tapline/core/telemetry";
import { traceFacts } from "@tapline/telemetry/tracing";
import { type DestinationStream, type Logger, type LoggerOptions, pino } from "pino";

const lookEveryMs = 10_000;

/** The log of a process: JSON lines; faults that come again and again are told now and then. */
export function createLog(
  options: LoggerOptions,
  destination: DestinationStream = pino.destination(1),
): Logger {
  const faults = new FaultLog(Date.now);
  const hooks: NonNullable<LoggerOptions["hooks"]> = {
    logMethod(args, method) {
      faults.pass(args, (told) => Reflect.apply(method, this, told));
    },
  };
  const log = pino({ ...options, hooks, mixin: traceFacts }, destination);
  const looking = setInterval(() => {
    for (const [facts, text] of faults.over()) log.info(facts, text);
  }, lookEveryMs);
  looking.unref();
  return log;
}
