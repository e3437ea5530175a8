import { expect, test } from "vitest";
import type { AlertFilter } from "../contracts/alerts.ts";
import { alert } from "./alert.fixture.ts";
import { endGuesses, putGuesses, withRecent } from "./alert-cache.ts";
import type { AlertPages } from "./alert-pages.ts";
import { guessAlert } from "./guess-alert.ts";

const filter: AlertFilter = { view: "open" };
const seen = alert("a");
const guess = guessAlert(seen, { kind: "acknowledge", note: null }, 2_000);

/** What the list shows where the server answers with that alert. */
function shown(answered = seen) {
  const answer: AlertPages = { pages: [{ alerts: [answered], next: null }], pageParams: [null] };
  return withRecent(answer, filter).pages.flatMap(({ alerts }) => alerts);
}

test("an answer that was asked for before an act leaves its guess, until the act has ended", () => {
  putGuesses([guess]);
  expect(shown()).toEqual([guess]);
  endGuesses([seen], []);
  expect(shown()).toEqual([seen]);
});

test("what the server says of a later revision stands above a guess", () => {
  putGuesses([guess]);
  const later = { ...seen, rev: seen.rev + 1, message: "The oldest tap waits for 95 s" };
  expect(shown(later)).toEqual([later]);
  endGuesses([seen], [seen]);
});
