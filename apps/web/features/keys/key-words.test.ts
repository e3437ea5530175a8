import { expect, test } from "vitest";
import type { KeyView, KeyWorkerView } from "../../contracts/keys.ts";
import { daysWords, disbeliefsOf, inOrder, isSoon, newObjectsOf, percent, shareWords } from "./key-words.ts";

const dayMs = 24 * 3_600_000;
const nothing = { segments: 0, taps: 0, firstAtEpochMs: null, lastAtEpochMs: null };
const key = (given: Partial<KeyView> = {}): KeyView => ({
  ...{ certSha256: "aa", shortId: "aa", ski: "aa", subject: "CN=a", role: "archive", state: "active" },
  ...{ validFromEpochMs: 0, notAfterEpochMs: 0, opens: null, only: nothing, alsoActive: 0 },
  ...given,
});
const worker = (recipients: string[], refused: KeyWorkerView["refused"] = []): KeyWorkerView => ({
  ...{ worker: `w-${recipients.length}`, atEpochMs: 0, ring: "r", isCurrent: true, recipients, refused },
});

test("whether new objects are encrypted to a key is what workers say, where any does", () => {
  expect(newObjectsOf(key(), null)).toEqual({ words: "Yes, says the ring", isWrong: false });
  expect(newObjectsOf(key(), [worker(["aa"])])).toEqual({ words: "Yes", isWrong: false });
  expect(newObjectsOf(key(), [worker(["aa"]), worker([])])).toEqual({
    words: "By 1 of 2 workers",
    isWrong: true,
  });
  const old = key({ state: "retiring" });
  expect(newObjectsOf(old, [worker(["aa"]), worker([])])).toEqual({
    words: "Still by 1 of 2",
    isWrong: true,
  });
  expect(newObjectsOf(old, [worker([])])).toEqual({ words: "No", isWrong: false });
  expect(disbeliefsOf(key(), [worker([], [{ certSha256: "aa", why: "no chain" }])])).toEqual([
    { worker: "w-0", why: "no chain" },
  ]);
});

test("a share is never said to be more than it is, and an end is told a month ahead", () => {
  expect([percent(0, 0), percent(1, 1_000), percent(999, 1_000), percent(5, 5)]).toEqual([
    ...["0 %", "< 1 %", "99 %", "100 %"],
  ]);
  expect(shareWords(key(), { segments: 3, taps: 3 })).toBe("nothing");
  expect([isSoon(30 * dayMs, 0), isSoon(32 * dayMs, 0)]).toEqual([true, false]);
  expect([daysWords(3 * dayMs, 0), daysWords(0, 2 * dayMs)]).toEqual(["3 d left", "ended 2 d ago"]);
});

test("keys in use stand first", () => {
  const states = ["revoked", "retiring", "active", "retired"] as const;
  expect(inOrder(states.map((state) => key({ state }))).map(({ state }) => state)).toEqual([
    ...["active", "retiring", "retired", "revoked"],
  ]);
});
