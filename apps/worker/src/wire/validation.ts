import { TrackerRegistry } from "@tapline/adapters/prisma";
import { defaultRules } from "@tapline/core/validation";
import { validateSegment } from "../jobs/validate-segment.ts";
import { startStage } from "../roles/stage.ts";
import type { Parts } from "./parts.ts";

export function startValidation(parts: Parts): void {
  const registry = parts.instrument("registry", new TrackerRegistry(parts.prisma, parts.clock));
  const release = { version: 0, rules: { ...defaultRules, unsigned: parts.config.TAPLINE_UNSIGNED_TAPS } };
  const rules = async () => release;
  const findTrackers = (ids: readonly string[]) => registry.find(ids);
  const stage = parts.instrument("validation", {
    run: async (id: string) => await validateSegment(id, { ...parts, rules, findTrackers }),
  });
  startStage("validation", stage.run, parts);
}
