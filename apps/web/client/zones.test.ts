import { afterEach, expect, test, vi } from "vitest";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

/** The module as a page of that site has it. */
async function pageOf(siteZone: string) {
  vi.stubGlobal("document", { documentElement: { dataset: { siteZone } } });
  const [zones, format] = [await import("./zones.ts"), await import("./format.ts")];
  return { ...zones, ...format, here: zones.ianaZone("local") };
}

const winter = Date.UTC(2026, 0, 5, 23, 30);

test("times of the site are in its zone, on its day, and say whose they are", async () => {
  const { formatTime, formatDay, zoneName, here } = await pageOf("Asia/Tokyo");
  expect(formatTime(winter, "site", false)).toBe("08:30");
  expect(formatDay(winter, "site")).toContain("6 Jan");
  expect(zoneName(winter, "site")).toBe(here === "Asia/Tokyo" ? "GMT+9" : "GMT+9 site");
  expect(zoneName(winter, "utc")).toBe("UTC");
});

test("where browser and site have one zone, nothing need be told apart", async () => {
  const { whoseZone, here } = await pageOf(new Intl.DateTimeFormat().resolvedOptions().timeZone);
  expect(here).toBeTruthy();
  expect([whoseZone(winter, "site"), whoseZone(winter, "local")]).toEqual([null, null]);
});

test("a zone that the browser does not know is UTC", async () => {
  const { formatTime } = await pageOf("Moon/Tranquility");
  expect(formatTime(winter, "site", false)).toBe("23:30");
});

test("a day of the site begins by its clocks, also on the days on which they are changed", async () => {
  const { wallTimeIn } = await pageOf("Europe/Berlin");
  const startOf = (day: string) => new Date(wallTimeIn(Date.parse(day), "site")).toISOString();
  expect(startOf("2026-01-05")).toBe("2026-01-04T23:00:00.000Z");
  expect([startOf("2026-03-29"), startOf("2026-03-30")]).toEqual([
    "2026-03-28T23:00:00.000Z",
    "2026-03-29T22:00:00.000Z",
  ]);
  expect(wallTimeIn(winter, "utc")).toBe(winter);
});
