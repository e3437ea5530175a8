import { ActiveRules, RulesDesk, TrackerRegistry } from "@tapline/adapters/prisma";
import { defaultRules } from "@tapline/core/validation";
import { validateSegment } from "../jobs/validate-segment.ts";
import { startStage } from "../roles/stage.ts";
import type { Parts } from "./parts.ts";

export function startValidation(parts: Parts): void {
  const registry = parts.instrument("registry", new TrackerRegistry(parts.prisma, parts.clock));
  const { TAPLINE_RULES_RELEASE: pinned, TAPLINE_UNSIGNED_TAPS: unsigned } = parts.config;
  const active = new ActiveRules(new RulesDesk(parts.prisma, parts.clock), {
    first: { ...defaultRules, unsigned },
    pinned: pinned ?? null,
    clock: parts.clock,
    onRelease: ({ version, rules }) => {
      parts.log.info({ release: version }, "taps are judged by this release of the rules");
      if (rules.unsigned !== unsigned)
        parts.log.warn({ release: version }, "TAPLINE_UNSIGNED_TAPS differs from the release, which counts");
    },
  });
  const rules = () => active.current();
  const findTrackers = (ids: readonly string[]) => registry.find(ids);
  const stage = parts.instrument("validation", {
    run: async (id: string) => await validateSegment(id, { ...parts, rules, findTrackers }),
  });
  startStage("validation", stage.run, parts);
}
