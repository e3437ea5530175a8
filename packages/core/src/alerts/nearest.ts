/** So many names are told beside one that there is not, out of so many. */
const [mostTold, mostRanked] = [3, 2_000];
/** By longer names nobody is told apart here. */
const rankedLength = 64;
/** A misspelt name differs in so many characters, and in such a share of the longer one, at most. */
const [mostEdits, mostEditsRatio] = [3, 0.4];

/** What may be meant by a name that there is not, as in `did you mean north or north-2?`; where nothing is like it, what there is. */
export function nearestText(name: string, there: readonly string[]): string {
  if (there.length === 0) return "there is none";
  const likely = there
    .slice(0, mostRanked)
    .map((one) => ({ one, edits: likenessOf(name.slice(0, rankedLength), one.slice(0, rankedLength)) }))
    .filter(({ edits }) => edits !== null)
    .toSorted((a, b) => (a.edits ?? 0) - (b.edits ?? 0) || (a.one < b.one ? -1 : 1))
    .slice(0, mostTold)
    .map(({ one }) => one);
  if (likely.length > 0) return `did you mean ${listOf(likely, "or")}?`;
  if (there.length > mostTold) return `none of the ${there.length} that there are is like it`;
  return `there ${there.length === 1 ? "is" : "are"} ${listOf(there, "and")}`;
}

function listOf(names: readonly string[], word: "and" | "or"): string {
  const last = names.at(-1) ?? "";
  return names.length < 2 ? last : `${names.slice(0, -1).join(", ")} ${word} ${last}`;
}

/** How far apart two names are, 0 = alike; null where nobody means the one by the other. */
function likenessOf(name: string, one: string): number | null {
  const [a, b] = [name.toLowerCase(), one.toLowerCase()];
  const edits = editsBetween(a, b);
  if (edits <= Math.min(mostEdits, mostEditsRatio * Math.max(a.length, b.length))) return edits;
  return isShortFor(a, b) ? mostEdits : null;
}

/** Whether each part of the one begins a part of the other, in their order, as in `sig-wrong` for `signature-wrong`. */
function isShortFor(name: string, one: string): boolean {
  const parts = partsOf(one);
  let from = 0;
  for (const part of partsOf(name)) {
    const at = parts.findIndex((whole, index) => index >= from && whole.startsWith(part));
    if (at < 0) return false;
    from = at + 1;
  }
  return from > 0;
}

const partsOf = (name: string): string[] => name.split(/[^\p{L}\p{N}]+/u).filter((part) => part !== "");

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
