import { AgentEvents, type TapProgress } from "../events.ts";
import { AgentMetrics } from "../metrics/index.ts";
import { ReaderBoard } from "../status/index.ts";
import { statusOf } from "../status/status.fixture.ts";
import { EventLog } from "./event-log.ts";
import { type LocalApiOptions, serveLocalApi } from "./server.ts";
import { TapLog } from "./tap-log.ts";

export const token = "a-token-for-tests";

/** A local API over events that the test emits. */
export async function startApi(extra: Partial<LocalApiOptions> = {}) {
  const events = new AgentEvents();
  const sources = { readers: new ReaderBoard(), taps: new TapLog(), eventLog: new EventLog(1000) };
  events.listen((event) => {
    sources.readers.take(event);
    sources.taps.take(event, 50);
    sources.eventLog.take(event);
  });
  const metrics = new AgentMetrics(() => 0);
  const errors: unknown[] = [];
  const api = await serveLocalApi(0, {
    ...sources,
    status: () => statusOf(),
    metrics: () => metrics.text(),
    epoch: 7,
    token,
    origins: ["https://kiosk.example.org"],
    onError: (error) => errors.push(error),
    ...extra,
  });
  const get = (path: string, headers: Record<string, string> = { authorization: `Bearer ${token}` }) =>
    fetch(`${api.url}${path}`, { headers });
  const tap = (seq: number, reader = "door", raw = Buffer.from(`tap ${seq}`)) =>
    events.emit({
      type: "tap-kept",
      seq,
      reader,
      readAtEpochMs: seq,
      tag: "type-4",
      readMs: 4,
      rereads: 0,
      raw,
    });
  const progress = (seq: number, status: TapProgress["status"], final = false) =>
    events.emit({
      type: "tap-progress",
      taps: [{ seq, status, final, reason: null, detail: "", segment: null }],
    });
  return { api, events, errors, get, tap, progress, ...sources };
}
