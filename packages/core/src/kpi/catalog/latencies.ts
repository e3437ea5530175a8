import { type KpiDefinition, type KpiScopeKind, minuteMs } from "./definition.ts";

const quantile = { kind: "quantile", windowMs: minuteMs, unit: "ms" } as const;

type Timing = Pick<KpiDefinition, "owner" | "scopes"> & { readonly what: string };
type Quantiles<Name extends string> = Record<`${Name}_${"p50" | "p95" | "p99"}_ms`, KpiDefinition>;

/** The three quantiles of one timing. */
function quantiles<const Name extends string>(name: Name, { what, ...rest }: Timing): Quantiles<Name> {
  const of = (share: string): KpiDefinition => ({
    ...quantile,
    ...rest,
    meaning: `${share} of ${what} took no longer`,
  });
  return {
    [`${name}_p50_ms`]: of("half"),
    [`${name}_p95_ms`]: of("95 %"),
    [`${name}_p99_ms`]: of("99 %"),
  } as Quantiles<Name>;
}

const all: readonly KpiScopeKind[] = ["all"];

/** How long things take. */
export const latencyKpis = {
  ...quantiles("ingest.accept", {
    owner: "ingest",
    scopes: all,
    what: "the door's answers, from request to durable,",
  }),
  ...quantiles("validation.segment", { owner: "validation", scopes: all, what: "segments in validation" }),
  ...quantiles("encryption.segment", { owner: "encryption", scopes: all, what: "segments in encryption" }),
  ...quantiles("transfer.segment", { owner: "transfer", scopes: all, what: "segments in transfer" }),
  ...quantiles("tap.to_archive", {
    owner: "transfer",
    scopes: ["all", "site", "agent"],
    what: "taps, from durable at the door to committed in the archive,",
  }),
  ...quantiles("alerts.breach_to_screen", {
    owner: "alerts",
    scopes: all,
    what: "alerts, from the breach to being painted on a console, without what their rules wait on purpose,",
  }),
} satisfies Record<string, KpiDefinition>;
