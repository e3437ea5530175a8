import { connectPrisma } from "@tapline/adapters/prisma";
import { expect } from "vitest";
import { type AlertSite, alertSite, grace } from "../../test-site/alert-site.fixture.ts";
import { expectAccessible, isConnection, shoot, textOf, until } from "../../test-site/browsing.ts";
import { FleetFeed } from "../../test-site/fleet.fixture.ts";

let browsing: AlertSite["browsing"];
let alerts: AlertSite["alerts"];

const { it, open } = alertSite(async (there) => {
  ({ browsing, alerts } = there);
  const prisma = connectPrisma(there.site.databaseUrl);
  await new FleetFeed(prisma).enrol("north", "gate-1", "gate-2");
  await prisma.$disconnect();
});

it("a palette finds pages, acts, agents and alerts, and is used by keys alone", {
  timeout: 240_000,
}, async () => {
  const [alert] = await alerts.raise({ message: "The oldest tap has waited for more than 1 min" });
  const page = await open(grace, "/");
  await isConnection(page, "Live");
  await page.keyboard.press("Control+k");
  const field = page.getByRole("combobox", { name: "Find a page, an act, an alert or an agent" });
  await field.waitFor();
  const chosen = page.getByRole("dialog").locator("[role=option][aria-selected=true]");
  await until(async () => expect(await textOf(chosen)).toContain("The overview"));
  await expectAccessible(page);
  await shoot(page, "palette-light");
  await page.keyboard.type("gate-2");
  await until(async () => expect(await textOf(chosen)).toContain("gate-2"));
  expect(await field.getAttribute("aria-activedescendant")).toBe(await chosen.getAttribute("id"));
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Readers & agents" }).waitFor();
  await page.waitForURL((url) => url.search === "?agent=gate-2");

  await page.keyboard.press(":");
  await field.fill("oldest tap");
  await until(async () => expect(await textOf(chosen)).toContain("The oldest tap has waited"));
  await field.fill("change the theme");
  await until(async () => expect(await textOf(chosen)).toContain("Change the theme"));
  await page.keyboard.press("Enter");
  await until(async () => expect(await page.locator("html").getAttribute("data-theme")).toBe("dark"));
  await page.keyboard.press(":");
  await field.fill("the");
  const first = await textOf(chosen);
  await page.keyboard.press("ArrowUp");
  expect(await textOf(chosen)).not.toBe(first);
  await page.keyboard.press("ArrowDown");
  expect(await textOf(chosen)).toBe(first);
  await field.fill("04a1b2 17");
  await until(async () => expect(await textOf(chosen)).toContain("Find tap “04a1b2 17”"));
  await field.fill("no such thing");
  await page.getByText("Nothing is called so.").waitFor();
  await expectAccessible(page);
  await page.keyboard.press("Escape");
  await field.waitFor({ state: "hidden" });
  await alerts.clear(alert!);
  expect(browsing.complaints).toEqual([]);
});

it("tabs and keys lead to the parts of alerts, and every page has its place on a laptop and on a phone", {
  timeout: 240_000,
}, async () => {
  const page = await open(grace, "/alerts");
  const tabs = page.getByRole("navigation", { name: "Parts of Alerts" });
  const here = (within = tabs) => textOf(within.locator("[aria-current=page]"));
  await until(async () => expect(await here()).toBe("All alerts"));
  await tabs.getByRole("link", { name: "Channels" }).click();
  await page.getByRole("heading", { name: "Channels", exact: true }).waitFor();
  expect(await here()).toBe("Channels");
  await page.keyboard.press("g");
  await page.keyboard.press("m");
  await page.getByRole("heading", { name: "Health of the alarm system" }).waitFor();
  expect(await here()).toBe("Health");
  const nav = page.getByRole("navigation", { name: "Main" });
  expect(await here(nav)).toBe("Alerts");

  await page.setViewportSize({ width: 1280, height: 720 });
  const bottomOf = async (name: string) => {
    const link = nav.getByRole("link", { name, exact: true });
    await link.scrollIntoViewIfNeeded();
    const box = await link.boundingBox();
    return box!.y + box!.height;
  };
  const names = await nav.getByRole("link").allTextContents();
  for (const name of names) expect(await bottomOf(name)).toBeLessThanOrEqual(720);
  await shoot(page, "shell-laptop-light");

  await page.setViewportSize({ width: 390, height: 844 });
  for (const link of await nav.getByRole("link").all())
    expect((await link.boundingBox())!.y).toBeGreaterThan(760);
  await nav.getByRole("button", { name: "More" }).click();
  await shoot(page, "shell-phone-more-light");
  await expectAccessible(page);
  await page.getByRole("button", { name: "Find or do…" }).click();
  await page.getByRole("combobox").fill("runbooks");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Runbooks" }).waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  expect(browsing.complaints).toEqual([]);
});

it("a page stands still while it is paused, what is critical is told all the same, and all is there when it goes on", {
  timeout: 240_000,
}, async () => {
  await alerts.endAll();
  const page = await open(grace, "/alerts");
  await isConnection(page, "Live");
  const rows = page.getByRole("option");
  await page.getByText("All is well").waitFor();
  await alerts.raise({ message: "Before the pause" });
  await rows.getByText("Before the pause").waitFor();
  await page.keyboard.press("p");
  const banner = page.getByRole("region", { name: "Paused" });
  await until(async () =>
    expect(await textOf(banner)).toMatch(/Paused at \d\d:\d\d:\d\d \(UTC here\) — 0 changes wait/),
  );
  await alerts.raise({ message: "During the pause", scope: { site: "north" } });
  const away = { ruleId: "archive-away", severity: "critical", scope: { archive: "main" } } as const;
  await alerts.raise({ ...away, message: "Archive main has not answered" });
  await until(async () =>
    expect(await textOf(page.getByTestId("news-critical"))).toContain("Archive main has not answered"),
  );
  await until(async () => expect(await textOf(banner)).toContain("Archive main has not answered"));
  await until(async () => expect(await textOf(banner)).toContain("2 changes wait"));
  // The strip of every page goes on.
  await until(async () =>
    expect(await textOf(page.getByTestId("alert-strip"))).toMatch(/Critical: ◆?1.*Warning: ▲?2/),
  );
  expect((await rows.allTextContents()).join()).not.toMatch(/During|Archive main/);
  await isConnection(page, "Live");
  await expectAccessible(page);
  await shoot(page, "paused-light");
  await page.getByRole("button", { name: "Show what is new" }).click();
  await until(async () => expect(await rows.allTextContents()).toHaveLength(3));
  await banner.waitFor({ state: "hidden" });
  await page.getByRole("button", { name: "Pause what is shown" }).click();
  await banner.waitFor();
  await page.keyboard.press("g");
  await page.keyboard.press("r");
  await page.getByRole("heading", { name: "Readers & agents" }).waitFor();
  await banner.waitFor({ state: "hidden" });
  await alerts.endAll();
  expect(browsing.complaints).toEqual([]);
});

it("high contrast is a choice and what the system may ask for, and nothing moves for whoever wants it so", {
  timeout: 240_000,
}, async () => {
  const page = await open(grace, "/");
  await isConnection(page, "Live");
  const inkOf = () => page.evaluate(() => getComputedStyle(document.body).color);
  const pause = page.getByRole("button", { name: "Pause what is shown" });
  const transitionOf = () => pause.evaluate((button) => getComputedStyle(button).transitionDuration);
  await until(async () => expect(await inkOf()).toBe("rgb(21, 25, 29)"));
  await page.emulateMedia({ contrast: "more" });
  await until(async () => expect(await inkOf()).toBe("rgb(0, 0, 0)"));
  await page.emulateMedia({ contrast: "more", colorScheme: "dark" });
  await until(async () => expect(await inkOf()).toBe("rgb(255, 255, 255)"));
  await page.emulateMedia({ contrast: "no-preference", colorScheme: "light" });
  await page.keyboard.press(":");
  await page.getByRole("combobox").fill("high contrast");
  await page.keyboard.press("Enter");
  await until(async () => expect(await inkOf()).toBe("rgb(0, 0, 0)"));
  expect(await page.locator("html").getAttribute("data-theme")).toBe("contrast");
  await expectAccessible(page);
  await shoot(page, "overview-contrast");
  await page.emulateMedia({ colorScheme: "dark" });
  await until(async () => expect(await inkOf()).toBe("rgb(255, 255, 255)"));
  await expectAccessible(page);
  await shoot(page, "overview-contrast-dark");
  await pause.hover();
  expect(Number.parseFloat(await transitionOf())).toBeGreaterThan(0.01);
  await page.emulateMedia({ reducedMotion: "reduce" });
  expect(Number.parseFloat(await transitionOf())).toBeLessThan(0.001);
});

it("times are shown in the zone of the browser, of the site or in UTC, and always say in which", {
  timeout: 150_000,
}, async () => {
  const page = await open(grace, "/", { timezoneId: "America/New_York" });
  await isConnection(page, "Live");
  const clock = page.getByTitle("All times are in");
  await until(async () => expect(await textOf(clock)).toMatch(/^\d\d:\d\d:\d\dGMT-[45] here$/));
  await page.getByText("times in America/New_York").first().waitFor();
  await clock.click();
  await until(async () => expect(await textOf(clock)).toMatch(/^\d\d:\d\d:\d\dCES?T site$/));
  await page.getByText("times in Europe/Berlin").first().waitFor();
  await page.reload();
  await until(async () => expect(await textOf(clock)).toMatch(/CES?T site$/));
  await clock.click();
  await until(async () => expect(await textOf(clock)).toMatch(/UTC$/));
  // Also that what the server has drawn is what the browser draws first.
  expect(browsing.complaints).toEqual([]);
});

it("a view is kept by a name, gone to from elsewhere and from the palette, renamed and given up; an address that is not understood says so", {
  timeout: 240_000,
}, async () => {
  const page = await open(grace, "/alerts?view=history&severity=critical");
  await isConnection(page, "Live");
  await page.getByRole("button", { name: "Saved views" }).click();
  const dialog = page.getByRole("dialog", { name: "Saved views" });
  await dialog.getByText("None yet.").waitFor();
  await dialog.getByText("Alerts: view history · severity critical").waitFor();
  await dialog.getByLabel("Name of this view").fill("Critical ones of before");
  await page.keyboard.press("Enter");
  await dialog.getByText("“Critical ones of before” is kept.").waitFor();
  await dialog.getByRole("link", { name: "Critical ones of before" }).waitFor();
  await expectAccessible(page);
  await shoot(page, "views-light");
  await page.keyboard.press("Escape");

  await page.keyboard.press("g");
  await page.keyboard.press("r");
  await page.getByRole("heading", { name: "Readers & agents" }).waitFor();
  await page.keyboard.press(":");
  await page.getByRole("combobox").fill("critical ones");
  const chosen = page.getByRole("dialog").locator("[role=option][aria-selected=true]");
  await until(async () => expect(await textOf(chosen)).toContain("Critical ones of before"));
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => url.search === "?view=history&severity=critical");
  await page.getByRole("heading", { name: "Alerts", exact: true }).waitFor();

  await page.goto(new URL("/agents", page.url()).href);
  await isConnection(page, "Live");
  await page.keyboard.press("b");
  await dialog.getByRole("button", { name: "Rename “Critical ones of before”" }).click();
  await dialog.getByLabel("Another name for “Critical ones of before”").fill("Before");
  await page.keyboard.press("Enter");
  await dialog.getByRole("link", { name: "Before", exact: true }).waitFor();
  await dialog.getByRole("button", { name: "Remove “Before”" }).click();
  await dialog.getByText("None yet.").waitFor();
  await dialog.getByRole("button", { name: "Keep it after all" }).click();
  await dialog.getByRole("link", { name: "Before", exact: true }).click();
  await page.waitForURL((url) => url.search === "?view=history&severity=critical");

  await page.goto(new URL("/alerts?view=history&severity=loud&shade=grey", page.url()).href);
  const notice = page.getByText("Not all of this address is understood");
  await notice.waitFor();
  await page.getByText("severity, shade").waitFor();
  await expectAccessible(page);
  await shoot(page, "unread-address-light");
  await page.getByRole("button", { name: "Open", exact: true }).first().click();
  await notice.waitFor({ state: "hidden" });
  expect(browsing.complaints).toEqual([]);
});
