import { expect, test } from "vitest";
import { alertsAddress, filterOf, usualView } from "./view.ts";

const read = (address: string) => alertsAddress.read(new URLSearchParams(address));

test("what is looked at comes back from its address as it was, and the usual view has none", () => {
  const view = {
    ...usualView,
    ...({ view: "history", severity: "warning", text: "north gate", group: "a b", isMine: true } as const),
    ...{ from: "2026-11-01", until: "2026-11-29", open: "0197-x" },
    zoom: "1764460860-1764460920",
  };
  expect(read(alertsAddress.write(view))).toEqual(view);
  expect(alertsAddress.write(usualView)).toBe("");
});

test("what an address names wrongly is as usual", () => {
  expect(read("?view=nothing&severity=loud&from=yesterday&until=2026-19-39&mine=yes&zoom=9-1")).toEqual(
    usualView,
  );
});

test("both days of the history are included, and days count in the history alone", () => {
  const view = { ...usualView, view: "history" as const, from: "2026-11-01", until: "2026-11-01" };
  expect(filterOf(view, "me", "utc")).toEqual({
    ...{ view: "history", fromEpochMs: Date.UTC(2026, 10, 1), untilEpochMs: Date.UTC(2026, 10, 2) },
  });
  expect(filterOf({ ...view, view: "open", isMine: true }, "me", "utc")).toEqual({
    ...{ view: "open", assignee: "me" },
  });
});
