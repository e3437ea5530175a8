/** A row as it is shown; `isGone`: it is no longer there, and keeps its place until the rows may move. */
export type HeldRow<Item> = Item & { isGone: boolean };

/**
 * The rows to show while somebody points at them: each stays where it was shown, as it is now or, where it is gone, as it was;
 * what is new comes behind.
 */
export function holdOrder<Item extends { key: string }>(
  shown: readonly HeldRow<Item>[],
  now: readonly Item[],
): HeldRow<Item>[] {
  const byKey = new Map(now.map((item) => [item.key, item]));
  const stayed = shown.map((row) => {
    const item = byKey.get(row.key);
    byKey.delete(row.key);
    return item === undefined ? { ...row, isGone: true } : { ...item, isGone: false };
  });
  return [...stayed, ...[...byKey.values()].map((item) => ({ ...item, isGone: false }))];
}
