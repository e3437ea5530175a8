import type { z } from "zod";
import type { alertRuleSchema } from "../rule.ts";

/** A rule as it is written down; its runbook is the section of docs/runbooks.md that has its name. */
export type ShippedRule = Omit<z.input<typeof alertRuleSchema>, "runbook">;

export const minuteMs = 60_000;
export const hourMs = 3_600_000;
export const dayMs = 86_400_000;
