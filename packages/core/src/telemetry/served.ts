import { Histogram, type HistogramData } from "./histogram.ts";

/** How a request ended: `client_error` is the asker's own affair, `server_error` is ours. */
export const servedOutcomes = ["ok", "client_error", "server_error"] as const;

export type ServedOutcome = (typeof servedOutcomes)[number];

/** Requests of one kind: how many ended how, and how long they took, ms. */
export type ServedRoute = {
  readonly outcomes: Record<ServedOutcome, number>;
  readonly took: Histogram;
};

const maxRoutes = 64;
/** Where requests are counted whose kind would be one too many. */
const others = "other";

/** What a process was asked for since its start, by kind of request: rate, errors, duration. In memory only. */
export class ServedRequests {
  readonly routes = new Map<string, ServedRoute>();
  readonly #took = new Histogram();
  #requests = 0;
  #errors = 0;

  /**
   * @param route a kind of request as the program knows it, such as `POST /v1/taps`; never what a client wrote
   * @param tookMs from its arrival to its answer; null where that says nothing
   */
  record(route: string, outcome: ServedOutcome, tookMs: number | null): void {
    const served = this.#of(route);
    served.outcomes[outcome]++;
    this.#requests++;
    if (outcome === "server_error") this.#errors++;
    if (tookMs === null) return;
    served.took.record(tookMs);
    this.#took.record(tookMs);
  }

  /** Over all kinds, since the last call. */
  take(): { readonly requests: number; readonly errors: number; readonly took: HistogramData } {
    const taken = { requests: this.#requests, errors: this.#errors, took: this.#took.data() };
    this.#requests = 0;
    this.#errors = 0;
    this.#took.clear();
    return taken;
  }

  #of(route: string): ServedRoute {
    const name = this.routes.has(route) || this.routes.size < maxRoutes ? route : others;
    const known = this.routes.get(name);
    if (known !== undefined) return known;
    const made = { outcomes: { ok: 0, client_error: 0, server_error: 0 }, took: new Histogram() };
    this.routes.set(name, made);
    return made;
  }
}

/** How a request with this status of HTTP ended. */
export function outcomeOfStatus(status: number): ServedOutcome {
  if (status >= 500) return "server_error";
  return status >= 400 ? "client_error" : "ok";
}
