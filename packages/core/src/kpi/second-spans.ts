import { z } from "zod";
import type { KpiScopeKind } from "./catalog/definition.ts";
import { type KpiScope, scopeKey } from "./sample.ts";
import { type KpiSpan, kpiSpanSchema, scopeKind } from "./spans.ts";

/** Most bytes of one second: names of scopes and what happened to them. */
const mostBytes = 32_768;

/** Of what there is no room for, readers are left out first, then agents; of all there are points. */
const order: readonly KpiScopeKind[] = ["site", "archive", "reason", "agent", "reader"];

const packedSchema = kpiSpanSchema.pick({ counts: true, times: true });

/** What happened to single scopes in one second, by their names; what has no room is left out. */
export function packSecond(spans: readonly KpiSpan[]): Map<string, string> {
  const byKind = Map.groupBy(spans, ({ scope }) => scopeKind(scope));
  const packed = new Map<string, string>();
  let bytes = 0;
  for (const { scope, counts, times } of order.flatMap((kind) => byKind.get(kind) ?? [])) {
    const [key, text] = [scopeKey(scope), JSON.stringify({ counts, times })];
    // Both are ASCII: names are percent-encoded.
    bytes += key.length + text.length;
    if (bytes > mostBytes) break;
    packed.set(key, text);
  }
  return packed;
}

/** The span that `packSecond` wrote for a scope; null where the text is none. */
export function unpackSecond(text: string, scope: KpiScope, startEpochMs: number): KpiSpan | null {
  try {
    const { counts, times } = packedSchema.parse(JSON.parse(text));
    return { scope, startEpochMs, resolutionMs: 1_000, counts, times, levels: {} };
  } catch (error) {
    if (error instanceof z.ZodError || error instanceof SyntaxError) return null;
    throw error;
  }
}
