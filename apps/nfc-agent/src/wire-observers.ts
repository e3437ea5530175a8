import type { Clock } from "@tapline/core/kernel";
import type { ReaderCondition } from "@tapline/core/tap";
import type { AgentEvent, AgentEvents } from "./events.ts";
import { FeedbackRouter } from "./feedback/index.ts";
import { EventLog, TapLog } from "./local-api/index.ts";
import { AgentMetrics } from "./metrics/index.ts";
import type { Outbox } from "./outbox/index.ts";
import type { Readers } from "./readers/reader.ts";
import { ReaderBoard } from "./status/index.ts";

type Notify = (text: string, facts: Record<string, unknown>) => void;

/** Taps of earlier runs that the local API shows. */
const restoredTaps = 500;

export type Observers = {
  readers: ReaderBoard;
  taps: TapLog;
  eventLog: EventLog;
  metrics: AgentMetrics;
};

/** All that only watches: it hears the agent's events, and the agent does not know of it. */
export function wireObservers(
  events: AgentEvents,
  clocks: { now: Clock; monotonic: Clock },
  notify: Notify,
): Observers {
  const observers = {
    readers: new ReaderBoard(),
    taps: new TapLog(),
    eventLog: new EventLog(clocks.now()),
    metrics: new AgentMetrics(clocks.monotonic),
  };
  events.listen((event) => {
    observers.readers.take(event);
    observers.taps.take(event, clocks.now());
    observers.eventLog.take(event);
    observers.metrics.take(event);
    log(event, notify);
  });
  return observers;
}

/** Conditions that somebody must do something about; what mends itself at the next tap is no line in the log. */
const loggedConditions: readonly ReaderCondition[] = ["failed", "busy", "gone"];

function log(event: AgentEvent, notify: Notify): void {
  if (event.type === "paused" && event.reader === null)
    notify(event.reason === null ? "reading goes on" : "reading pauses", { reason: event.reason });
  if (event.type === "reader" && loggedConditions.includes(event.status.condition)) {
    const { reader, condition, detail } = event.status;
    notify(`reader ${reader} is ${condition}`, { reader, condition, detail });
  }
}

/** Shows people at the readers what became of their taps. */
export function wireFeedback(events: AgentEvents, readers: Readers, monotonic: Clock): void {
  const router = new FeedbackRouter({
    show: (reader, feedback) => readers.feedback(reader, feedback),
    monotonic,
  });
  events.listen((event) => router.take(event));
}

/** Lets the local API show the last taps that wait since earlier runs. */
export async function restoreTaps(taps: TapLog, outbox: Outbox): Promise<void> {
  for (const tap of await outbox.read(outbox.pendingSeqs().slice(-restoredTaps))) taps.restore(tap);
}
