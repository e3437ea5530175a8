import type { AuditPage, AuditRow, AuditSpot } from "../../contracts/audit.ts";

/** What of the log is held: some hundred entries around what is looked at, newest first, each once. */
export interface LogWindow {
  rows: readonly AuditRow[];
  /** Whether there are entries before the first one, or behind the last one, that are not held. */
  hasNewer: boolean;
  hasOlder: boolean;
  /** How many came while older ones were looked at. */
  fresh: number;
  /** A search for a text has come so far, and goes on from there; `null`: from the entries at the ends. */
  searched: Readonly<Record<"older" | "newer", AuditSpot | null>>;
}

/** So many entries are held at most; those farthest from what is looked at go first. */
export const mostRows = 2_000;

/** A window that begins with the newest, or with what stands at a time or a place. */
export function openedAt({ rows, hasMore, searchedTo }: AuditPage, isNewest: boolean): LogWindow {
  const searched = { older: searchedTo, newer: null };
  return { rows, hasNewer: !isNewest, hasOlder: hasMore, fresh: 0, searched };
}

/** A window that ends with the oldest. */
export function openedAtEnd({ rows, hasMore, searchedTo }: AuditPage): LogWindow {
  return { rows, hasNewer: hasMore, hasOlder: false, fresh: 0, searched: { older: null, newer: searchedTo } };
}

export function withOlder(window: LogWindow, { rows, hasMore, searchedTo }: AuditPage): LogWindow {
  const all = merged([...window.rows, ...rows]);
  const kept = all.slice(-mostRows);
  const isCut = kept.length < all.length;
  return {
    ...{ ...window, rows: kept, hasOlder: hasMore, hasNewer: window.hasNewer || isCut },
    searched: { older: searchedTo, newer: isCut ? null : window.searched.newer },
  };
}

export function withNewer(window: LogWindow, { rows, hasMore, searchedTo }: AuditPage): LogWindow {
  const all = merged([...rows, ...window.rows]);
  const kept = all.slice(0, mostRows);
  const isCut = kept.length < all.length;
  return {
    ...{ ...window, rows: kept, hasNewer: hasMore, hasOlder: window.hasOlder || isCut },
    searched: { older: isCut ? null : window.searched.older, newer: searchedTo },
  };
}

/**
 * Entries that got their places. They come in before the newest where these are held; who looks at older ones is told how many, and is
 * not to lose what is looked at for them. What was recorded between entries that are held, and was a moment late, comes in at its place.
 */
export function withArrived(window: LogWindow, arrived: readonly AuditRow[], isAtTop: boolean): LogWindow {
  const known = new Set(window.rows.map(({ id }) => id));
  const [first, last] = [window.rows[0], window.rows.at(-1)];
  const isNew = (row: AuditRow): boolean =>
    !known.has(row.id) && (first === undefined || compare(row, first) < 0);
  const isHeld = (row: AuditRow): boolean =>
    known.has(row.id) || !window.hasOlder || (last !== undefined && compare(row, last) < 0);
  const count = arrived.filter(isNew).length;
  const fresh = window.fresh + (isAtTop ? 0 : count);
  const hasRoom = isAtTop || window.rows.length + count <= mostRows;
  const takesNew = !window.hasNewer && hasRoom;
  const taken = arrived.filter((row) => (isNew(row) ? takesNew : isHeld(row)));
  const all = merged([...taken, ...window.rows]);
  const kept = all.slice(0, mostRows);
  const isCut = kept.length < all.length;
  return {
    ...{ rows: kept, fresh, hasNewer: window.hasNewer || (count > 0 && !takesNew) },
    hasOlder: window.hasOlder || isCut,
    searched: isCut ? { ...window.searched, older: null } : window.searched,
  };
}

/** The newest are looked at: nothing is new any more. */
export function asSeen(window: LogWindow): LogWindow {
  return window.fresh === 0 || window.hasNewer ? window : { ...window, fresh: 0 };
}

/** What was read of the newest after it may not all have been told. */
export function withNewest(window: LogWindow, newest: AuditPage, isAtTop: boolean): LogWindow {
  const known = new Set(window.rows.map(({ id }) => id));
  // Where none of them is held there may be others between.
  const isNext = !newest.hasMore || newest.searchedTo !== null || newest.rows.some(({ id }) => known.has(id));
  if (isNext) return withArrived(window, newest.rows, isAtTop);
  if (isAtTop) return openedAt(newest, true);
  return { ...window, hasNewer: true, fresh: window.fresh + newest.rows.length };
}

/** In order, each once: of two readings of an entry the first one holds, unless it had no place yet. */
function merged(rows: readonly AuditRow[]): AuditRow[] {
  const byId = new Map<string, AuditRow>();
  for (const row of rows) {
    const known = byId.get(row.id);
    if (known === undefined || (known.index === null && row.index !== null)) byId.set(row.id, row);
  }
  return [...byId.values()].sort(compare);
}

/** Newest first, as the server orders. */
function compare(a: AuditRow, b: AuditRow): number {
  if (a.recordedAtEpochMs !== b.recordedAtEpochMs) return b.recordedAtEpochMs - a.recordedAtEpochMs;
  return a.id < b.id ? 1 : -1;
}
