import { expect, test } from "vitest";
import { consolePages, isAt, isOpenTo, pagesFor, places, wallKey } from "./pages.ts";

test("no two places have the same key or address", () => {
  expect(new Set([wallKey, ...places.map(({ key }) => key)]).size).toBe(places.length + 1);
  expect(new Set(places.map(({ href }) => href)).size).toBe(places.length);
});

test("one page of the navigation is the one that is looked at, also by its parts", () => {
  const at = (path: string) => consolePages.filter((page) => isAt(page, path)).map(({ name }) => name);
  expect(at("/")).toEqual(["Overview"]);
  expect(at("/alerts")).toEqual(["Alerts"]);
  expect(at("/alerts/health")).toEqual(["Alerts"]);
  expect(at("/alertsx")).toEqual([]);
});

test("who sees some sites only is shown the pages of sites, and none of their parts", () => {
  expect(pagesFor(["north"]).map(({ href }) => href)).toEqual([
    "/",
    "/alerts",
    "/agents",
    "/taps",
    "/runbooks",
    "/settings",
  ]);
  expect(pagesFor(["north"]).every(({ parts }) => parts === undefined)).toBe(true);
  expect(
    ["/", "/alerts", "/agents", "/taps", "/settings", "/runbooks/a"].every((path) => isOpenTo(path, [])),
  ).toBe(true);
  expect(
    ["/archive", "/alerts/health", "/settings/people", "/audit"].some((path) => isOpenTo(path, ["north"])),
  ).toBe(false);
  expect(places.every(({ href }) => isOpenTo(href, null))).toBe(true);
});
