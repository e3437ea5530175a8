import type { Decision } from "./decision.ts";
import type { NoopsRule } from "./rule.ts";

/** A rule that looks at one figure of a service and scales it. */
export const ruleOf = (more: Partial<NoopsRule> = {}): NoopsRule => ({
  ...{ id: "scale-up", per: "service", when: "wish(target).replicas > service(target).wanted", forMs: 0 },
  ...{ maxAgeMs: 15_000, cooldownMs: 60_000, perHour: 10, mode: "armed", approvalMs: 3_600_000 },
  act: { kind: "scale", direction: "up", to: "wish", maxStep: 2, min: 1, max: 8 },
  ...{ undoMs: 3_600_000, owner: "ola", purpose: "a test", runbook: "docs/noops.md#scale-up" },
  ...more,
});

/** A decision to scale validation from 2 to 3, which is new. */
export const decisionOf = (more: Partial<Decision> = {}): Decision => ({
  ...{ id: "01939b6c-0000-7000-8000-000000000001", ruleId: "scale-up", target: "validation" },
  ruleSet: { version: 1, sha256: "ab".repeat(32) },
  ...{
    atEpochMs: 1_000,
    lastAtEpochMs: 1_000,
    times: 1,
    mode: "armed",
    state: "none",
    condition: "breached",
  },
  ...{ says: "it was so for 0 s", evidence: [], guards: [] },
  act: { kind: "scale", workload: { service: "validation", colour: "blue" }, replicas: 3 },
  ...{ preview: "scale validation/blue from 2 to 3 replicas", before: null, after: null },
  ...{ undoUntilEpochMs: null, undoes: null, undoneBy: null, expiresAtEpochMs: null, word: null },
  ...{ fence: null, begunAtEpochMs: null, endedAtEpochMs: null, error: null },
  ...more,
});
