import { canonicalJson, sha256Hex, TaplineError } from "../kernel/index.ts";
import { lintRules, type RuleFault } from "./lint.ts";
import { type AlertRules, alertRulesSchema } from "./rule.ts";

/** Names one document for good: its version, and the SHA-256 of its canonical JSON (RFC 8785), in hexadecimal. */
export type AlertRuleReleaseId = { readonly version: number; readonly sha256: string };

/** The same rules have the same name, however the file was laid out and whichever defaults it spelled out. */
export function releaseIdOf(rules: AlertRules): AlertRuleReleaseId {
  return { version: rules.version, sha256: sha256Hex(canonicalJson(rules)) };
}

/** All that is wrong with a document, or the document. @param given plain values, as from a YAML or JSON file */
export function readAlertRules(
  given: unknown,
):
  | { readonly rules: AlertRules; readonly faults: readonly [] }
  | { readonly rules: null; readonly faults: readonly RuleFault[] } {
  const parsed = alertRulesSchema.safeParse(given);
  if (!parsed.success)
    return {
      rules: null,
      faults: parsed.error.issues.map(({ path, message }) => ({
        place: placeInRules(given, path),
        fault: message,
      })),
    };
  const faults = lintRules(parsed.data.rules);
  return faults.length === 0 ? { rules: parsed.data, faults: [] } : { rules: null, faults };
}

/** @throws TaplineError `invalid-input` naming all that is wrong */
export function parseAlertRules(given: unknown): AlertRules {
  const { rules, faults } = readAlertRules(given);
  if (rules !== null) return rules;
  const shown = faults.slice(0, 10).map(({ place, fault }) => `${place}: ${fault}`);
  const more = faults.length > shown.length ? `; and ${faults.length - shown.length} more` : "";
  throw new TaplineError("invalid-input", `these are no alert rules: ${shown.join("; ")}${more}`, {
    remedy: "tapline alerts lint names each place",
    facts: { faults: faults.length },
  });
}

/** Where in a document of rules something is wrong: `rules.3.message` as `rules.agent-offline.message`, where the rule has an id. */
export function placeInRules(given: unknown, path: readonly PropertyKey[]): string {
  const [first, index, ...rest] = path;
  if (first === undefined) return "the document";
  const rules = typeof given === "object" && given !== null && "rules" in given ? given.rules : null;
  const rule: unknown =
    first === "rules" && Array.isArray(rules) && typeof index === "number" ? rules[index] : null;
  const id =
    typeof rule === "object" && rule !== null && "id" in rule && typeof rule.id === "string"
      ? rule.id
      : index;
  return (index === undefined ? [first] : [first, id, ...rest]).map(String).join(".");
}
