import { rejectReasons } from "../tap/index.ts";
import type { RuleFault } from "./lint.ts";
import type { AlertRule } from "./rule.ts";

/** What there is that people may name: where agents stand, or will once they enrol; which agents the registry has. */
export type KnownNames = { readonly sites: readonly string[]; readonly agents: readonly string[] };

/** So many names are told beside one that there is not, out of so many, and beside the first few of those that there are not. */
const [mostTold, mostRanked, mostMissed] = [10, 2_000, 5];
/** By longer names nobody is told apart here. */
const rankedLength = 64;

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

/** A sentence of each name that is not there, of the first few with what there is instead. */
export function missed(what: string, names: readonly string[], there: readonly string[]): string[] {
  const known = new Set(there);
  return names
    .filter((name) => !known.has(name))
    .map((name, at) => {
      const instead = at < mostMissed ? `; ${nearestText(name, there)}` : "";
      return `nothing is known of ${what} ${name}${instead}`;
    });
}

/** What there is, the most alike first, as in `there are north, north-2 and 7 more`. */
export function nearestText(name: string, there: readonly string[]): string {
  if (there.length === 0) return "there is none";
  const told = there
    .slice(0, mostRanked)
    .map((one) => ({ one, edits: editsBetween(name.slice(0, rankedLength), one.slice(0, rankedLength)) }))
    .toSorted((a, b) => a.edits - b.edits || (a.one < b.one ? -1 : 1))
    .slice(0, mostTold)
    .map(({ one }) => one);
  const more = there.length - told.length;
  return `there ${there.length === 1 ? "is" : "are"} ${told.join(", ")}${more === 0 ? "" : ` and ${more} more`}`;
}

/** How many characters have to be put in, taken out or exchanged to make one of the other (Levenshtein, 1966). */
function editsBetween(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const exchanged = (above[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row[j] = Math.min(exchanged, (above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
    }
    above = row;
  }
  return above[b.length] ?? 0;
}
