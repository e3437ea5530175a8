import { FaultLog } from "@tapline/core/telemetry";
import { type Logger, type LoggerOptions, pino } from "pino";
import { traceFacts } from "../tracing/spans.ts";
import { LogOutput } from "./log-output.ts";

const lookEveryMs = 10_000;

/** The log of a process: JSON lines; faults that come again and again are told now and then. */
export function createLog(options: LoggerOptions, output = new LogOutput()): Logger {
  const faults = new FaultLog(Date.now);
  const hooks: NonNullable<LoggerOptions["hooks"]> = {
    logMethod(args, method) {
      faults.pass(args, (told) => Reflect.apply(method, this, told));
    },
  };
  const log = pino({ ...options, hooks, mixin: traceFacts }, output);
  const looking = setInterval(() => {
    for (const [facts, text] of faults.over()) log.info(facts, text);
  }, lookEveryMs);
  looking.unref();
  return log;
}
