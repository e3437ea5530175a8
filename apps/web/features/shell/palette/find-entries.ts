/** Something that the palette leads to or does. */
export interface Entry {
  id: string;
  /** The heading under which it stands. */
  group: string;
  name: string;
  /** Found by these words, too. */
  words?: string;
  /** Keys that do the same. */
  keys?: readonly string[];
  /** What stands at its side: where it is, or how bad. */
  aside?: string;
  run: () => void;
}

export interface EntryGroup {
  name: string;
  entries: Entry[];
}

/** More of a kind are not shown: another word finds sooner than scrolling does. */
const mostOfGroup = 12;

/**
 * The entries in which every word of `text` stands somewhere, by group: the group with the best match first, and in it the best matches.
 * Nothing typed is in every entry.
 */
export function findEntries(entries: readonly Entry[], text: string): EntryGroup[] {
  const wanted = text.trim().toLowerCase();
  const found = entries.flatMap((entry) => {
    const rank = rankOf(entry, wanted);
    return rank === null ? [] : [{ entry, rank }];
  });
  const groups = Map.groupBy(found, ({ entry }) => entry.group);
  return [...groups]
    .map(([name, of]) => ({ name, of: of.toSorted((a, b) => a.rank - b.rank).slice(0, mostOfGroup) }))
    .toSorted((a, b) => (a.of[0]?.rank ?? 0) - (b.of[0]?.rank ?? 0))
    .map(({ name, of }) => ({ name, entries: of.map(({ entry }) => entry) }));
}

/** 0: the name begins with it; 1: a word of the name does; 2: it stands somewhere; `null`: it does not. */
function rankOf({ name, words = "" }: Entry, wanted: string): number | null {
  const said = name.toLowerCase();
  if (said.startsWith(wanted)) return 0;
  if (said.includes(` ${wanted}`)) return 1;
  const all = `${said} ${words.toLowerCase()}`;
  return wanted.split(/\s+/).every((word) => all.includes(word)) ? 2 : null;
}
