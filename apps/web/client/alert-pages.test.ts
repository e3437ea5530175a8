import type { Alert, AlertState, Severity } from "@tapline/core/alerts";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type AlertFilter, compareAlerts, isMatch } from "../contracts/alerts.ts";
import { alert } from "./alert.fixture.ts";
import { type AlertPages, alertsPerPage, guessInPages, patchPages } from "./alert-pages.ts";
import { guessAlert } from "./guess-alert.ts";

const open: AlertFilter = { view: "open" };
const pagesOf = (...pages: Alert[][]): AlertPages => ({
  pages: pages.map((alerts, index) => ({ alerts, next: index === pages.length - 1 ? null : `${index}` })),
  pageParams: pages.map((_, index) => (index === 0 ? null : `${index - 1}`)),
});
const idsOf = ({ pages }: AlertPages) => pages.map(({ alerts }) => alerts.map(({ id }) => id));
const listed = ({ pages }: AlertPages) => pages.flatMap(({ alerts }) => alerts);

test("what calls comes first, of that the worst, then the newest", () => {
  const sorted = [
    alert("new", { state: "active-unacknowledged", severity: "warning", raisedAtEpochMs: 9 }),
    alert("old", { state: "active-unacknowledged", severity: "warning", raisedAtEpochMs: 3 }),
    alert("back", { state: "returned-unacknowledged", severity: "critical" }),
    alert("known", { state: "acknowledged", severity: "critical" }),
  ];
  const worst = alert("worst", { severity: "critical", raisedAtEpochMs: 1 });
  expect(idsOf(patchPages(pagesOf(sorted), open, [worst]))).toEqual([
    ["worst", "new", "old", "back", "known"],
  ]);
});

test("an older revision than the one known changes nothing, nor does what the list does not hold", () => {
  const pages = pagesOf([alert("a", { rev: 4 })]);
  const others = [alert("a", { rev: 3, state: "acknowledged" }), alert("b", { state: "shelved" })];
  expect(patchPages(pages, open, others)).toBe(pages);
});

test("an alert that no longer matches goes, one that does comes", () => {
  const pages = pagesOf([alert("a"), alert("b")]);
  const shelved = alert("a", { rev: 2, state: "shelved" });
  expect(idsOf(patchPages(pages, open, [shelved]))).toEqual([["b"]]);
  expect(idsOf(patchPages(pagesOf([]), { view: "shelved" }, [shelved]))).toEqual([["a"]]);
});

test("what belongs behind the part of the list that is known is left out", () => {
  const pages = pagesOf([alert("a", { raisedAtEpochMs: 9 }), alert("b", { raisedAtEpochMs: 8 })]);
  const part: AlertPages = { ...pages, pages: [{ alerts: listed(pages), next: "more" }] };
  const arrived = [alert("c", { raisedAtEpochMs: 10 }), alert("d", { raisedAtEpochMs: 2 })];
  expect(idsOf(patchPages(part, open, arrived))).toEqual([["c", "a", "b"]]);
});

test("a list keeps as many pages as it had, and where it goes on", () => {
  const many = Array.from({ length: alertsPerPage + 3 }, (_, at) =>
    alert(`${at}`, { raisedAtEpochMs: 10_000 - at }),
  );
  const pages = pagesOf(many.slice(0, alertsPerPage), many.slice(alertsPerPage));
  const patched = patchPages(pages, open, [alert("new", { raisedAtEpochMs: 20_000 })]);
  expect(patched.pages.map(({ alerts }) => alerts.length)).toEqual([alertsPerPage, 4]);
  expect(patched.pageParams).toEqual(pages.pageParams);
  expect(patched.pages.at(-1)?.next).toBeNull();
});

test("a guess shows at once, gives way to whatever the server says, and can be taken back", () => {
  const before = alert("a", { rev: 7 });
  const pages = pagesOf([before]);
  const acknowledged = guessAlert(before, { kind: "acknowledge", note: null }, 5);
  const guessed = guessInPages(pages, open, [acknowledged]);
  expect(listed(guessed)[0]?.state).toBe("acknowledged");
  expect(listed(guessInPages(guessed, open, [before]))).toEqual([before]);
  const shelved = alert("a", { rev: 8, state: "active-unacknowledged", message: "raised again" });
  const told = patchPages(guessed, open, [shelved]);
  expect(listed(told)[0]?.message).toBe("raised again");
  expect(guessInPages(told, open, [before])).toBe(told);
});

test("told in whatever pieces, the list is the server's", () => {
  const states: AlertState[] = ["active-unacknowledged", "acknowledged", "shelved", "normal"];
  const severities: Severity[] = ["critical", "warning", "info"];
  const step = fc.record({
    id: fc.integer({ min: 0, max: 9 }).map(String),
    state: fc.constantFrom(...states),
    severity: fc.constantFrom(...severities),
    raisedAtEpochMs: fc.integer({ min: 0, max: 50 }),
  });
  fc.assert(
    fc.property(fc.array(step), fc.nat(), (steps, at) => {
      const changed = steps.map(({ id, ...given }, index) => alert(id, { ...given, rev: index + 1 }));
      const cutAt = at % (changed.length + 1);
      const part = patchPages(pagesOf([]), open, changed.slice(0, cutAt));
      const last = new Map(changed.map((each) => [each.id, each]));
      expect(listed(patchPages(part, open, changed.slice(cutAt)))).toEqual(
        [...last.values()].filter((each) => isMatch(each, open)).sort(compareAlerts),
      );
    }),
  );
});
