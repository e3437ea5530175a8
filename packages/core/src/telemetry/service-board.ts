import { z } from "zod";
import { colourSchema } from "../kernel/index.ts";
import { Histogram } from "./histogram.ts";
import type { SignOfLife } from "./sign-of-life.ts";

/** Over what rates and times of a process are told, ms. */
const spanMs = 60_000;
/** A process that has said nothing for longer is silent, ms: three signs of life. */
const silentAfterMs = 6_000;

/** How one process is, by its own word. A figure that nobody knows is null. */
export const serviceHealthSchema = z.object({
  instance: z.string(),
  roles: z.array(z.string()),
  /** Which of two releases it belongs to; absent: blue. */
  colour: colourSchema.exactOptional(),
  heardAtEpochMs: z.int(),
  isSilent: z.boolean(),
  /** Over the last minute. */
  requestsPerSecond: z.number().nullable(),
  /** 0-1, of these; null where nothing was asked. */
  errorRatio: z.number().nullable(),
  p50Ms: z.number().nullable(),
  p99Ms: z.number().nullable(),
  /** At the last sign of life; CPU as a share of one core. */
  cpuRatio: z.number().nullable(),
  memoryBytes: z.number().nullable(),
  loopDelayMs: z.number().nullable(),
  redisMs: z.number().nullable(),
  postgresqlMs: z.number().nullable(),
  queued: z.number().nullable(),
});

export type ServiceHealth = z.infer<typeof serviceHealthSchema>;

type Heard = { readonly atEpochMs: number; readonly sign: SignOfLife };

/** What processes said of themselves in the last minute. Pure: the clock is handed in. */
export class ServiceBoard {
  readonly #heard = new Map<string, Heard[]>();

  hear(instance: string, sign: SignOfLife, atEpochMs: number): void {
    const signs = this.#heard.get(instance) ?? [];
    signs.push({ atEpochMs, sign });
    this.#heard.set(instance, signs);
  }

  /** Each process that was heard within the last minute, by name. Rates are sums over sums, and quantiles of merged histograms. */
  table(nowEpochMs: number): ServiceHealth[] {
    const rows: ServiceHealth[] = [];
    for (const [instance, signs] of this.#heard) {
      const recent = signs.filter(({ atEpochMs }) => nowEpochMs - atEpochMs <= spanMs);
      const last = recent.at(-1);
      if (last === undefined) this.#heard.delete(instance);
      else {
        this.#heard.set(instance, recent);
        rows.push(rowOf(instance, recent, last, nowEpochMs));
      }
    }
    return rows.toSorted((a, b) => (a.instance < b.instance ? -1 : 1));
  }
}

function rowOf(instance: string, signs: readonly Heard[], last: Heard, nowEpochMs: number): ServiceHealth {
  const loads = signs.flatMap(({ sign }) => sign.load ?? []);
  const sum = (of: (load: (typeof loads)[number]) => number): number =>
    loads.reduce((total, load) => total + of(load), 0);
  const requests = sum((load) => load.requests);
  const toldMs = sum((load) => load.spanMs);
  const took = Histogram.from(...loads.map((load) => load.took));
  const { load } = last.sign;
  return {
    ...{
      instance,
      roles: last.sign.roles,

      heardAtEpochMs: last.atEpochMs,
    },
    ...(last.sign.colour === undefined ? {} : { colour: last.sign.colour }),
    isSilent: nowEpochMs - last.atEpochMs > silentAfterMs,
    requestsPerSecond: toldMs === 0 ? null : (requests * 1000) / toldMs,
    errorRatio: requests === 0 ? null : sum(({ errors }) => errors) / requests,
    p50Ms: took.quantile(0.5),
    p99Ms: took.quantile(0.99),
    cpuRatio: load?.cpuRatio ?? null,
    memoryBytes: load?.memoryBytes ?? null,
    loopDelayMs: load?.loopDelayMs ?? null,
    redisMs: load?.redisMs ?? null,
    postgresqlMs: load?.postgresqlMs ?? null,
    queued: load?.queued ?? null,
  };
}

/** What the mesh reports of one workload, as Istio's standard metrics have it. */
export const meshHealthSchema = z.object({
  workload: z.string(),
  requestsPerSecond: z.number(),
  /** 0-1; null where nothing was asked. */
  errorRatio: z.number().nullable(),
  p99Ms: z.number().nullable(),
});

export type MeshHealth = z.infer<typeof meshHealthSchema>;

/** All of it, as the collector tells the console. */
export const servicesReportSchema = z.object({
  atEpochMs: z.int(),
  services: z.array(serviceHealthSchema),
  /** null where no Prometheus is set, or it does not answer. */
  mesh: z.array(meshHealthSchema).nullable(),
});

export type ServicesReport = z.infer<typeof servicesReportSchema>;
