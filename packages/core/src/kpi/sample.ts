import { z } from "zod";
import { nameFits, readerNameFits } from "../telemetry/index.ts";
import { type KpiId, kpiIds } from "./catalog.ts";

/** The dimensions that a scope may name, in canonical order. */
export const scopeDimensions = ["agent", "archive", "reader", "reason", "site"] as const;

const part = z.string().refine(nameFits, "must be 1-63 characters");
const readerPart = z.string().refine(readerNameFits, "must be 1-128 characters");

/**
 * To what a figure belongs; absent = all of the installation. A scope of an agent names its site, too, and a scope of a reader
 * its agent and site.
 */
export const kpiScopeSchema = z.strictObject({
  site: part.readonly().exactOptional(),
  agent: part.readonly().exactOptional(),
  reader: readerPart.readonly().exactOptional(),
  archive: part.readonly().exactOptional(),
  reason: part.readonly().exactOptional(),
});

export type KpiScope = {
  readonly site?: string;
  readonly agent?: string;
  readonly reader?: string;
  readonly archive?: string;
  readonly reason?: string;
};

const count = z.int().min(0);

/** One figure of the catalogue at one moment. */
export const kpiSampleSchema = z.strictObject({
  kpi: z.enum(kpiIds),
  scope: kpiScopeSchema,
  atEpochMs: z.int(),
  value: z.number().nullable(),
  idle: z.literal(true).exactOptional(),
  events: z.strictObject({ good: count, total: count }).optional(),
});

export type KpiSample = {
  readonly kpi: KpiId;
  readonly scope: KpiScope;
  readonly atEpochMs: number;
  /** In the unit of the catalogue; null = nobody knows (its source is silent). A zero says that nothing happened. */
  readonly value: number | null;
  /** It is not known only because nothing happened within its window that a ratio or a quantile could be of: its source is heard. */
  readonly idle?: true;
  /** Of ratios: what was counted since the last sample of this KPI and scope. */
  readonly events?: { readonly good: number; readonly total: number };
};

/** What a sample says of a figure of what happened within its window. @param value null: nothing did */
export const happened = (value: number | null): Pick<KpiSample, "value" | "idle"> =>
  value === null ? { value, idle: true } : { value };

/** The sample while its source is silent: then nobody knows whether nothing happened. */
export function unknownOf({ idle: _, ...sample }: KpiSample): KpiSample {
  return { ...sample, value: null };
}

/**
 * The canonical name of a scope, e.g. "agent=gym-7;site=north"; "" for all of the installation. Halves of characters, which
 * JSON may bring from outside, are named by U+FFFD.
 */
export function scopeKey(scope: KpiScope): string {
  let key = "";
  for (const dimension of scopeDimensions) {
    const value = scope[dimension];
    if (value !== undefined)
      key += `${key === "" ? "" : ";"}${dimension}=${encodeURIComponent(value.toWellFormed())}`;
  }
  return key;
}

/** The scope that `scopeKey` named so; null where the text is no such name. */
export function parseScopeKey(key: string): KpiScope | null {
  if (key === "") return {};
  const scope: Record<string, string> = {};
  for (const pair of key.split(";")) {
    const [dimension = "", value = ""] = pair.split("=");
    try {
      scope[dimension] = decodeURIComponent(value);
    } catch {
      return null;
    }
  }
  const parsed = kpiScopeSchema.safeParse(scope);
  return parsed.success && scopeKey(scope) === key ? scope : null;
}
