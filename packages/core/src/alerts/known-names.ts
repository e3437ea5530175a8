import { rejectReasons } from "../tap/index.ts";
import type { RuleFault } from "./lint.ts";
import { nearestText } from "./nearest.ts";
import type { AlertRule } from "./rule.ts";

/** What there is that people may name: where agents stand, or will once they enrol; which agents the registry has. */
export type KnownNames = { readonly sites: readonly string[]; readonly agents: readonly string[] };

/** Beside so many of the names that there are not it is told what may be meant. */
const mostMissed = 5;

/**
 * Names in rules that nothing goes by yet: such a rule is not wrong, but silent until something does, as for a misspelt one for ever. What
 * archives and readers there are no store knows.
 */
export function unknownNames(rules: readonly AlertRule[], known: KnownNames): RuleFault[] {
  const { sites, agents } = known;
  return rules.flatMap(({ id, only = {}, routing }) => {
    const faultsOf = (place: string, faults: readonly string[]): RuleFault[] =>
      faults.map((fault) => ({ place: `rules.${id}.${place}`, fault }));
    return [
      ...faultsOf("only.site", missed("a site", only.site ?? [], sites)),
      ...faultsOf("only.agent", missed("an agent", only.agent ?? [], agents)),
      ...faultsOf("only.reason", missed("a reason", only.reason ?? [], rejectReasons)),
      ...routing.flatMap((route) => faultsOf("routing", missed("a site", route.sites ?? [], sites))),
    ];
  });
}

/** A sentence of each name that is not there, of the first few with what may be meant. */
export function missed(what: string, names: readonly string[], there: readonly string[]): string[] {
  const known = new Set(there);
  return names
    .filter((name) => !known.has(name))
    .map((name, at) => {
      const instead = at < mostMissed ? ` (${nearestText(name, there)})` : "";
      return `nothing is known of ${what} ${name}${instead}`;
    });
}
