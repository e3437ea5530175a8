import type { AgentSettings } from "../../tap/index.ts";
import type { HealthLimits } from "./ring-health.ts";

/** How long an agent may be silent, or a tap wait in an outbox, before its ring is not healthy, ms. */
const usualPatienceMs = 10 * 60_000;

/** Where people say it themselves. */
export type Patience = {
  /** An agent not heard of for so long is silent, ms. Default: 10 min. */
  readonly silentForMs?: number | undefined;
  /** A tap may wait so long in an outbox, ms. Default: 10 min. */
  readonly outboxAgeMs?: number | undefined;
};

/**
 * By what a ring is healthy. An agent that may report every hour is not silent after ten minutes.
 * @param settings all that agents may have been given
 */
export function healthLimits(settings: Iterable<AgentSettings>, patience: Patience): HealthLimits {
  const slowestMs = Math.max(0, ...[...settings].map(({ reportEveryMs }) => reportEveryMs ?? 0));
  return {
    silentAfterMs: Math.max(patience.silentForMs ?? usualPatienceMs, 3 * slowestMs),
    maxOutboxAgeMs: patience.outboxAgeMs ?? usualPatienceMs,
  };
}
