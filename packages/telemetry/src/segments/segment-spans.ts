import { context, SpanKind } from "@opentelemetry/api";
import { type BufferedTap, maxTapTraces, type OpenSegment, tapTraces } from "@tapline/core/buffer";
import { activeTrace, below, inSpan, isTracing, linksTo, tracer } from "../tracing/index.ts";

type TracedTap = Pick<BufferedTap, "traceparent" | "ingestedAtEpochMs">;

/**
 * Runs a stage of a segment within a span. A segment gathers many taps, and a span has one parent: what ran before it in the same
 * trace where there is such a thing, else the first traced tap; to the reads of the others the span links.
 * @param act nothing is recorded of it where no tap is traced
 */
export async function inStageSpan<Value>(
  stage: string,
  segment: Pick<OpenSegment, "id">,
  taps: readonly TracedTap[],
  act: () => Promise<Value>,
): Promise<Value> {
  const traces = isTracing() ? tapTraces(taps) : [];
  const [first] = traces;
  if (first === undefined) return await act();
  const active = activeTrace();
  const parent = active?.sampled === true ? context.active() : below(first);
  const traceId = active?.sampled === true ? active.traceId : first.traceId;
  const attributes = { "tapline.segment": segment.id, "tapline.taps": taps.length };
  const links = linksTo(traces.filter((tap) => tap.traceId !== traceId));
  return await inSpan(`segment ${stage}`, { attributes, links, parent }, act);
}

/** Records how long a segment's taps lay in the buffer, in the span that runs. */
export function noteBuffered(segment: Pick<OpenSegment, "cutAtEpochMs">, taps: readonly TracedTap[]): void {
  if (activeTrace()?.sampled !== true) return;
  const startTime = Math.min(...taps.map(({ ingestedAtEpochMs }) => ingestedAtEpochMs));
  tracer()
    .startSpan("buffer", { startTime, attributes: { "tapline.taps": taps.length } })
    .end(Math.max(startTime, segment.cutAtEpochMs));
}

/**
 * Says in the trace of each tap of a segment but the segment's own that the tap is archived, with a link to the span that did it:
 * so each trace follows its tap to the archive.
 */
export function noteArchived(taps: readonly TracedTap[]): void {
  const own = activeTrace();
  if (own?.sampled !== true) return;
  const links = linksTo([own]);
  let told = 0;
  for (const tap of taps) {
    const [read] = tapTraces([tap]);
    if (read === undefined || read.traceId === own.traceId) continue;
    const options = { startTime: tap.ingestedAtEpochMs, links };
    tracer().startSpan("tap archived", options, below(read)).end();
    told++;
    if (told === maxTapTraces) return;
  }
}

/**
 * Runs the taking of taps within a span below the delivery that brought them, else below the first traced tap.
 * @param via how they came, such as `gRPC Deliver`
 */
export async function inIngestSpan<Value>(
  via: string,
  delivery: ReturnType<typeof activeTrace>,
  taps: readonly Pick<BufferedTap, "traceparent">[],
  act: () => Promise<Value>,
): Promise<Value> {
  const traces = isTracing() ? tapTraces(taps) : [];
  const parent = delivery ?? traces[0];
  if (parent === undefined) return await act();
  const links = linksTo(traces.filter(({ traceId }) => traceId !== parent.traceId));
  const attributes = { "tapline.taps": taps.length };
  return await inSpan(
    `ingest ${via}`,
    { kind: SpanKind.SERVER, parent: below(parent), links, attributes },
    act,
  );
}
