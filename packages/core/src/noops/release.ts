import { changesById, placeInRules } from "../alerts/index.ts";
import { canonicalJson, sha256Hex, TaplineError } from "../kernel/index.ts";
import { lintNoopsRules, type NoopsRuleFault } from "./lint.ts";
import { type NoopsRule, type NoopsRules, noopsRulesSchema } from "./rule.ts";

export type { NoopsRuleFault };

/** Names one document for good: its version, and the SHA-256 of its canonical JSON (RFC 8785), in hexadecimal. */
export type NoopsRuleSetId = { readonly version: number; readonly sha256: string };

/** The same rules have the same name, however the file was laid out and whichever defaults it spelled out. */
export function noopsRuleSetIdOf(rules: NoopsRules): NoopsRuleSetId {
  return { version: rules.version, sha256: sha256Hex(canonicalJson(rules)) };
}

/** All that is wrong with a document, or the document. @param given plain values, as from a YAML or JSON file */
export function readNoopsRules(
  given: unknown,
):
  | { readonly rules: NoopsRules; readonly faults: readonly [] }
  | { readonly rules: null; readonly faults: readonly NoopsRuleFault[] } {
  const parsed = noopsRulesSchema.safeParse(given);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => ({
      place: placeInRules(given, path),
      fault: message,
    }));
    return { rules: null, faults };
  }
  const faults = lintNoopsRules(parsed.data.rules);
  return faults.length === 0 ? { rules: parsed.data, faults: [] } : { rules: null, faults };
}

/** @throws TaplineError `invalid-input` naming all that is wrong */
export function parseNoopsRules(given: unknown): NoopsRules {
  const { rules, faults } = readNoopsRules(given);
  if (rules !== null) return rules;
  const shown = faults.slice(0, 10).map(({ place, fault }) => `${place}: ${fault}`);
  const more = faults.length > shown.length ? `; and ${faults.length - shown.length} more` : "";
  throw new TaplineError("invalid-input", `these are no NoOps rules: ${shown.join("; ")}${more}`, {
    remedy: "tapline noops lint names each place",
    facts: { faults: faults.length },
  });
}

/** What differs: a line for each rule that is new or gone, and for each part of one that is another. */
export function noopsRuleChanges(before: readonly NoopsRule[], after: readonly NoopsRule[]): string[] {
  return changesById(before, after, ({ mode, act }) => `${mode}, ${act.kind}`);
}
