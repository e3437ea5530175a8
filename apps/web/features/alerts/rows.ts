import type { Alert, AlertState } from "@tapline/core/alerts";

/** What the list draws, from top to bottom: alerts, and a heading wherever the state changes. */
export type ListRow = { kind: "heading"; state: AlertState } | { kind: "alert"; alert: Alert; index: number };

export function rowsOf(alerts: readonly Alert[]): ListRow[] {
  return alerts.flatMap((alert, index): ListRow[] => {
    const row: ListRow = { kind: "alert", alert, index };
    return alerts[index - 1]?.state === alert.state ? [row] : [{ kind: "heading", state: alert.state }, row];
  });
}

/** Where the list is pointed at: an alert, and the place that it had, for when it is gone. */
export interface Cursor {
  id: string;
  index: number;
}

/** The cursor in the list as it is now: with its alert, or, where that is gone, on what took its place. */
export function settleCursor(cursor: Cursor | null, alerts: readonly Alert[]): Cursor | null {
  if (alerts.length === 0) return null;
  const found = cursor === null ? 0 : alerts.findIndex(({ id }) => id === cursor.id);
  return cursorAt(alerts, found === -1 ? (cursor?.index ?? 0) : found);
}

/** The cursor at a place of the list, or at the nearest end. */
export function cursorAt(alerts: readonly Alert[], index: number): Cursor | null {
  const at = Math.min(Math.max(index, 0), alerts.length - 1);
  const alert = alerts[at];
  return alert === undefined ? null : { id: alert.id, index: at };
}

/** Where to go on after some were seen to: the nearest below that was not, else above; where there is none, it stays. */
export function nextBeside(
  cursor: Cursor | null,
  alerts: readonly Alert[],
  seenTo: ReadonlySet<string>,
): Cursor | null {
  if (cursor === null || !seenTo.has(cursor.id)) return cursor;
  const isLeft = ({ id }: Alert) => !seenTo.has(id);
  const below = alerts.findIndex((alert, index) => index > cursor.index && isLeft(alert));
  const next =
    below === -1 ? alerts.findLastIndex((alert, index) => index < cursor.index && isLeft(alert)) : below;
  return next === -1 ? cursor : cursorAt(alerts, next);
}
