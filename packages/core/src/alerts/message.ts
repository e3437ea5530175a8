import { type KpiScope, scopeDimensions } from "../kpi/index.ts";
import { type AlertRule, dimensionsOf } from "./rule.ts";

const placeholder = /\{([^{}]*)\}/g;

/** What a message leaves open. */
export type MessageFacts = {
  /** As people read it, with its unit. */
  readonly value: string;
  readonly limit: string;
  readonly scope: KpiScope;
};

/** Placeholders of a rule's message that nothing would fill. */
export function unknownPlaceholders({ message, per }: Pick<AlertRule, "message" | "per">): string[] {
  const known = new Set<string>(["value", "limit", ...dimensionsOf[per]]);
  const left = message.replaceAll(placeholder, "");
  const unknown = [...message.matchAll(placeholder)]
    .map(([whole]) => whole)
    .filter((whole) => !known.has(whole.slice(1, -1)));
  return /[{}]/.test(left) ? [...unknown, "a brace without its partner"] : unknown;
}

/** The message of an alert. What is not known reads "unknown". */
export function messageOfAlert(message: string, { value, limit, scope }: MessageFacts): string {
  const dimensions = scopeDimensions.map((dimension) => [dimension, scope[dimension]] as const);
  const facts = new Map<string, string | undefined>([["value", value], ["limit", limit], ...dimensions]);
  return message.replaceAll(placeholder, (_, name: string) => facts.get(name) ?? "unknown");
}
