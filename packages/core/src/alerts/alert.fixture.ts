import type { Actor } from "../kernel/index.ts";
import type { Raise } from "./index.ts";

/** A breach as tests know it: 12 of at most 10, in site a. */
export const breach: Raise = {
  ...{ ruleId: "rejects-high", release: "ab".repeat(32), scope: { site: "a" } },
  ...({ severity: "warning", message: "12 of at most 10 rejects/s" } as const),
  ...{
    unit: "rejects/s",
    value: 12,
    limit: 10,
    breachedAtEpochMs: 0,
    group: null,
    firstOut: false,
    suppressedBy: null,
  },
};

/** An alert of which others are only consequences. */
export const offline = { ruleId: "agent-offline", scopeKey: "agent=desk-1;site=a" };

export const watch: Actor = { kind: "job", id: "alerts" };

export const person = (id: string): Actor => ({ kind: "operator", id });
