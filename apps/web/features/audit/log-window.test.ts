import { expect, test } from "vitest";
import type { AuditRow } from "../../contracts/audit.ts";
import {
  asSeen,
  type LogWindow,
  mostRows,
  openedAt,
  withArrived,
  withNewer,
  withNewest,
  withOlder,
} from "./log-window.ts";

const row = (at: number, index: number | null = at): AuditRow => ({
  ...{ id: String(at).padStart(8, "0"), recordedAtEpochMs: at, index, entry: null },
});
const rows = (from: number, to: number): AuditRow[] =>
  Array.from({ length: from - to + 1 }, (_, i) => row(from - i));
const ats = ({ rows: held }: LogWindow) => held.map(({ recordedAtEpochMs }) => recordedAtEpochMs);

test("however far one scrolls, a bounded part of the log is held, in order and without holes, and the way back is known", () => {
  let window = openedAt({ rows: rows(5_000, 4_901), hasMore: true, searchedTo: null }, true);
  for (let end = 4_901; end > 1; end -= 100) {
    window = withOlder(window, { rows: rows(end - 1, end - 100), hasMore: end > 101, searchedTo: null });
    expect(window.rows.length).toBeLessThanOrEqual(mostRows);
  }
  expect(ats(window)).toEqual(ats({ ...window, rows: rows(mostRows, 1) }));
  expect(window).toMatchObject({ hasNewer: true, hasOlder: false });
  for (let begin = mostRows; begin < 5_000; begin += 100)
    window = withNewer(window, {
      rows: rows(begin + 100, begin + 1),
      hasMore: begin + 100 < 5_000,
      searchedTo: null,
    });
  expect(ats(window)).toEqual(ats({ ...window, rows: rows(5_000, 5_001 - mostRows) }));
  expect(window).toMatchObject({ hasNewer: false, hasOlder: true, fresh: 0 });
});

test("new entries come in before the newest; who looks at older ones is told how many, and loses nothing for them", () => {
  const window = openedAt({ rows: rows(20, 11), hasMore: true, searchedTo: null }, true);
  expect(withArrived(window, rows(22, 21), true)).toEqual({ ...window, rows: rows(22, 11) });
  const away = withArrived(window, rows(22, 21), false);
  expect(away).toEqual({ ...window, rows: rows(22, 11), fresh: 2 });
  expect(asSeen(away).fresh).toBe(0);
  const elsewhere = openedAt({ rows: rows(20, 11), hasMore: true, searchedTo: null }, false);
  const told = withArrived(elsewhere, rows(22, 21), false);
  expect(told).toEqual({ ...elsewhere, fresh: 2 });
  expect(asSeen(told).fresh).toBe(2);
  const full = openedAt({ rows: rows(2_000, 2_001 - mostRows), hasMore: true, searchedTo: null }, true);
  expect(withArrived(full, [row(2_001)], false)).toEqual({ ...full, hasNewer: true, fresh: 1 });
  expect(withArrived(full, [row(2_001)], true).rows).toEqual(rows(2_001, 2_002 - mostRows));
});

test("an entry that waited gets its place, one that comes twice stays one, and one that was a moment late comes where it belongs", () => {
  const [first, ...others] = rows(20, 11);
  const window = openedAt(
    { rows: [{ ...first, index: null } as AuditRow, ...others], hasMore: true, searchedTo: null },
    true,
  );
  expect(withArrived(window, [row(20)], false).rows[0]).toEqual(row(20));
  expect(withArrived(window, [row(20)], false).rows).toHaveLength(10);
  const late = withArrived(window, [{ ...row(15), id: "99999999" }], false);
  expect(ats(late)).toEqual([20, 19, 18, 17, 16, 15, 15, 14, 13, 12, 11]);
  expect(late.fresh).toBe(0);
  expect(withArrived(window, [row(3)], true)).toEqual({ ...window, rows: window.rows });
});

test("after a break what was missed closes up with what is held, or takes its place: there is never a hole", () => {
  const window = openedAt({ rows: rows(20, 11), hasMore: true, searchedTo: null }, true);
  expect(
    ats(withNewest(window, { rows: rows(24, 15), hasMore: true, searchedTo: null }, true)).slice(0, 6),
  ).toEqual([...[24, 23, 22, 21, 20, 19]]);
  const far = { rows: rows(90, 81), hasMore: true, searchedTo: null };
  expect(ats(withNewest(window, far, true))).toEqual(ats({ ...window, rows: far.rows }));
  expect(withNewest(window, far, false)).toMatchObject({ rows: window.rows, hasNewer: true, fresh: 10 });
});

test("an empty log shows what comes", () => {
  const empty = openedAt({ rows: [], hasMore: false, searchedTo: null }, true);
  expect(ats(withArrived(empty, [row(1)], true))).toEqual([1]);
});

test("a search that found little goes on from where it has come, and begins anew for nobody who joins in", () => {
  const spot = { id: "at-40", recordedAtEpochMs: 40 };
  let window = openedAt({ rows: rows(90, 89), hasMore: true, searchedTo: spot }, true);
  expect(window).toMatchObject({ hasOlder: true, searched: { older: spot, newer: null } });
  window = withNewest(window, { rows: rows(91, 90), hasMore: true, searchedTo: spot }, true);
  expect(ats(window)).toEqual([91, 90, 89]);
  expect(window.searched.older).toEqual(spot);
  window = withOlder(window, { rows: rows(12, 12), hasMore: false, searchedTo: null });
  expect(window).toMatchObject({ hasOlder: false, searched: { older: null, newer: null } });
});
