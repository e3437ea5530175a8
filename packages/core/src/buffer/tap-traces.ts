import { parseTraceparent, type TraceContext } from "../kernel/index.ts";
import type { BufferedTap } from "./buffered-tap.ts";

/** Most taps of a segment whose traces are told of it: a thousand traces in one view show nothing. */
export const maxTapTraces = 32;

/** Where taps that are traced were read, in their order, at most 32: a segment belongs to the traces of all its taps. */
export function tapTraces(taps: readonly Pick<BufferedTap, "traceparent">[]): TraceContext[] {
  const traces: TraceContext[] = [];
  for (const { traceparent } of taps) {
    const context = traceparent === "" ? null : parseTraceparent(traceparent);
    if (context?.sampled !== true) continue;
    traces.push(context);
    if (traces.length === maxTapTraces) break;
  }
  return traces;
}
