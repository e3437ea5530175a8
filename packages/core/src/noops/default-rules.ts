import { parseNoopsRules } from "./release.ts";
import { type NoopsRules, noopsRulesFormat } from "./rule.ts";

const [secondMs, minuteMs, hourMs] = [1_000, 60_000, 3_600_000];
const stages = ["ingest", "validation", "encryption", "transfer"];
const owner = "operations";

/** Armed is what takes nothing from anybody: a dead replica replaced, replicas within bounds. All else asks, or only says. */
const shipped = [
  {
    // Whoever runs the services starts anew at once what has died. An act meanwhile would break that start off, or make a second one.
    ...{ id: "replace-silent-replica", per: "replica" },
    when: 'replica(target).state == "failed" || replica(target).silentMs > 10000.0',
    clearWhen: 'replica(target).state == "ready" && replica(target).silentMs < 6000.0',
    ...{ forMs: 20 * secondMs, cooldownMs: minuteMs, perHour: 20, act: { kind: "replace" }, mode: "armed" },
    purpose:
      "A replica that does not come back by itself, or gives no sign of life while others do, is started anew.",
  },
  {
    ...{ id: "scale-up-on-wish", per: "service", only: stages },
    when: "wish(target).replicas > service(target).wanted",
    ...{ forMs: 2 * secondMs, cooldownMs: 15 * secondMs, perHour: 60, mode: "armed" },
    act: { kind: "scale", direction: "up", to: "wish", maxStep: 2, max: 4 },
    purpose: "A stage that balance wishes larger gets replicas, within bounds.",
  },
  {
    ...{ id: "scale-down-on-wish", per: "service", only: stages },
    when: "wish(target).mayLower && wish(target).replicas < service(target).wanted",
    ...{ forMs: 10 * minuteMs, cooldownMs: 5 * minuteMs, perHour: 6, mode: "armed" },
    act: { kind: "scale", direction: "down", to: "wish", maxStep: 1, max: 500 },
    purpose:
      "A stage that has long been larger than balance wishes gives replicas up, one after another, drained.",
  },
  {
    ...{ id: "restart-on-memory-growth", per: "replica" },
    when: "replica(target).memoryBytes > 1.0e9 && replica(target).memoryGrowthBytesPerHour > 5.0e7",
    ...{ forMs: 10 * minuteMs, cooldownMs: hourMs, perHour: 2, act: { kind: "replace" } },
    purpose: "A replica whose memory is large and keeps growing is started anew before it runs out.",
  },
  {
    ...{ id: "close-failing-archive", per: "archive" },
    when: "archive(target).isOpen && archive(target).errorRatio > 0.5",
    ...{ forMs: 5 * minuteMs, maxAgeMs: 30 * secondMs, cooldownMs: 10 * minuteMs, perHour: 2 },
    act: { kind: "target", open: false },
    purpose:
      "An archive at which most uploads fail gets no more of them, as long as the quorum is had without it.",
  },
  {
    ...{ id: "open-closed-archive", per: "archive" },
    when: "!archive(target).isOpen",
    ...{ forMs: 30 * minuteMs, cooldownMs: 10 * minuteMs, perHour: 2, act: { kind: "target", open: true } },
    purpose: "An archive that was closed is tried again after a while.",
  },
  {
    ...{ id: "rotate-key-in-time" },
    when: 'kpi("keys.age_days") > 330.0',
    ...{ forMs: hourMs, maxAgeMs: 10 * minuteMs, cooldownMs: 24 * hourMs, perHour: 1 },
    ...{ act: { kind: "rotate-key" }, mode: "approval", approvalMs: 24 * hourMs },
    purpose: "The archive's key gets a successor before it is a year old.",
  },
  {
    ...{ id: "flush-stuck-buffer" },
    when: 'kpi("backlog.oldest_ms") > 21600000.0 && kpi("taps.archived_per_second") == 0.0 && kpi("segments.failed_attempts_per_minute") > 0.0',
    ...{ forMs: 30 * minuteMs, cooldownMs: 6 * hourMs, perHour: 1, act: { kind: "flush-buffer" } },
    mode: "approval",
    purpose:
      "A buffer in which nothing has moved for hours, though it is tried, begins anew; agents send again.",
  },
  {
    ...{ id: "roll-back-new-release", per: "service" },
    when: "release(target).endedMs < 3600000.0 && service(target).errorRatio > 0.05",
    ...{ forMs: 30 * secondMs, cooldownMs: hourMs, perHour: 1, act: { kind: "roll-back" } },
    mode: "approval",
    purpose:
      "A release that fails within the hour after all got it goes back; while it is shifted, its analysis does that.",
  },
].map((rule) => ({ owner, ...rule, runbook: `docs/noops.md#${rule.id}` }));

/** The rules of an installation that was given no others. */
export const defaultNoopsRules: NoopsRules = parseNoopsRules({
  format: noopsRulesFormat,
  version: 1,
  rules: shipped,
});
