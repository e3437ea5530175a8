import fc from "fast-check";
import { expect, test } from "vitest";
import { TelemetryRecorder } from "../telemetry/index.ts";
import { figureOf, type KpiSpan, kpiSpanSchema, mergeSpans, SpanCollector, scopeKey } from "./index.ts";

const minuteMs = 60_000;
const event = fc.record({
  minute: fc.nat({ max: 5 }),
  agent: fc.constantFrom("a", "b", "c"),
  reader: fc.constantFrom("front", "back"),
  archived: fc.nat({ max: 5 }),
  rejected: fc.nat({ max: 2 }),
  latencyMs: fc.integer({ min: 1, max: 10_000 }),
});
type Event = typeof event extends fc.Arbitrary<infer One> ? One : never;

const siteOf = (agent: string): string => (agent === "c" ? "south" : "north");

function add(collector: SpanCollector, { agent, reader, archived, rejected, latencyMs }: Event): void {
  const telemetry = new TelemetryRecorder("test");
  telemetry.countOfReader("tap.archived", agent, reader, archived);
  for (let n = 0; n < rejected; n++) telemetry.reject("unsigned", agent, reader);
  telemetry.timeOfAgent("tap.to_archive_ms", agent, latencyMs);
  const delta = telemetry.take(0);
  if (delta !== null) collector.add(delta);
}

const byScope = (spans: readonly KpiSpan[]) => Map.groupBy(spans, ({ scope }) => scopeKey(scope));

test("merged minutes are what all their events give in one span, for each scope", () => {
  const holds = (events: readonly Event[]): void => {
    const whole = new SpanCollector(siteOf);
    const minutes = [0, 1, 2, 3, 4, 5].flatMap((minute) => {
      const collector = new SpanCollector(siteOf);
      for (const one of events) if (one.minute === minute) add(collector, one);
      return collector.take(minute * minuteMs, minuteMs, []);
    });
    for (const one of events) add(whole, one);
    const wanted = whole.take(0, 6 * minuteMs, []);
    const merged = [...byScope(minutes).values()].map((spans) => mergeSpans(spans, 0, 6 * minuteMs));
    const order = (spans: readonly (KpiSpan | null)[]) =>
      spans
        .flatMap((span) => span ?? [])
        .toSorted((a, b) => (scopeKey(a.scope) < scopeKey(b.scope) ? -1 : 1));
    expect(order(merged)).toEqual(order(wanted));
    for (const span of wanted) expect(kpiSpanSchema.safeParse(span).success).toBe(true);
  };
  fc.assert(fc.property(fc.array(event, { maxLength: 40 }), (events) => void holds(events)));
});

test("figures of a span are in the unit of the catalogue, of all, a site and a reader", () => {
  const collector = new SpanCollector(siteOf);
  const given = { minute: 0, reader: "front" as const, archived: 90, rejected: 10, latencyMs: 20 };
  add(collector, { ...given, agent: "a" });
  add(collector, { ...given, agent: "c", archived: 30 });
  const backlog = { kpi: "backlog.taps", scope: {}, value: 4, atEpochMs: 0 } as const;
  const spans = byScope(collector.take(0, minuteMs, [backlog]));
  const figure = (kpi: Parameters<typeof figureOf>[0], key: string) => {
    const [span] = spans.get(key) ?? [];
    return span === undefined ? undefined : figureOf(kpi, span);
  };
  expect(figure("taps.archived_per_second", "")).toBe(2);
  expect(figure("taps.acceptance_ratio", "site=north")).toBe(0.9);
  expect(figure("taps.rejected_per_minute", "reason=unsigned")).toBe(20);
  expect(figure("taps.rejected_per_minute", "agent=c;reader=front;site=south")).toBe(10);
  expect(figure("tap.to_archive_p99_ms", "agent=a;site=north")).toBeCloseTo(20, 0);
  expect(figure("backlog.taps", "")).toBe(4);
  expect(figure("backlog.taps", "site=north")).toBeNull();
  expect(figure("ingest.accept_p50_ms", "")).toBeNull();
});
