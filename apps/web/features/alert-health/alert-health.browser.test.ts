import type { Page } from "playwright-core";
import { expect } from "vitest";
import { type AlertSite, ada, alertSite } from "../../test-site/alert-site.fixture.ts";
import { expectAccessible, isStill, shoot, textOf, until } from "../../test-site/browsing.ts";

const periodMs = 600_000;
const hourMs = 6 * periodMs;

let browsing: AlertSite["browsing"];
let alerts: AlertSite["alerts"];

const { it, open } = alertSite(async (there) => {
  ({ browsing, alerts } = there);
});

async function openHealth(): Promise<Page> {
  const page = await open(ada, "/alerts");
  await page.getByRole("link", { name: "Health" }).click();
  await page.getByRole("heading", { name: "Health of the alarm system" }).waitFor();
  return page;
}

/** The text of the card of that name. */
const cardOf = async (page: Page, name: string) =>
  (await textOf(page.getByRole("region", { name, exact: true }))).replaceAll(/\s+/g, " ");
const shows = (page: Page, cards: Record<string, RegExp>) =>
  until(async () => {
    for (const [name, text] of Object.entries(cards)) expect(await cardOf(page, name)).toMatch(text);
  });

/** 30 agents gone within one period, 5 h ago. */
async function flood(now: number): Promise<void> {
  const at = Math.floor((now - 5 * hourMs) / periodMs) * periodMs + periodMs / 2;
  const gone = Array.from({ length: 30 }, (_, index) => ({
    ...{
      ruleId: "agent-offline",
      severity: "critical" as const,
      scope: { agent: `gym-${index}`, site: "north" },
    },
  }));
  await alerts.raiseAt(at, ...gone);
}

/** A week: 60 calls one by one, the flood, one reader that chatters, one archive that has been away for 3 days. */
async function week(): Promise<void> {
  const now = Date.now();
  for (let index = 0; index < 60; index += 1)
    await alerts.raiseAt(now - 8 * hourMs - index * 2.6 * hourMs, {
      ...{
        ruleId: index % 4 === 0 ? "key-old" : "rejects-high",
        severity: index % 4 === 0 ? "info" : "warning",
      },
      scope: { site: `site-${index}` },
    });
  await flood(now);
  for (const seconds of [0, 20, 40]) {
    await alerts.endAll();
    await alerts.raiseAt(now - 2 * hourMs + seconds * 1_000, {
      ruleId: "reader-away",
      scope: { reader: "r-1" },
    });
  }
  await alerts.endAll();
  await alerts.raiseAt(now - 73 * hourMs, { ruleId: "archive-away", scope: { archive: "main" } });
}

it("shows of an installation without alerts that nobody was called", { timeout: 240_000 }, async () => {
  const page = await openHealth();
  await page.getByText("Nobody was called in this time").waitFor();
  await shows(page, {
    "Mean in 10 min": /0\.00per operatorTolerable/,
    "What is stale": /None/,
    Severities: /Critical0/,
  });
  await expectAccessible(page);
  expect(browsing.complaints).toEqual([]);
});

it("shows the measures of what was written, for who is on shift, in both themes and on a phone", {
  timeout: 300_000,
}, async () => {
  await week();
  const page = await openHealth();
  // What was read a moment ago is shared between browsers.
  await until(async () => {
    await page.reload();
    expect(await cardOf(page, "Alerts that called somebody")).toMatch(/94 in all/);
  });
  // 60 + 30 + 3 + 1 calls in 1,008 periods of 10 min, of which the span touches 1,009.
  await shows(page, {
    "Alerts that called somebody": /94 in all, one bar is 1 h/,
    "Mean in 10 min": /0\.09per operatorTolerable: at most 1/,
    "Most in 10 min": /30per operator▲ Too much\. Tolerable: at most 10/,
    "Time in flood": /0\.1% of the timeTolerable: below 1 %/,
    Chattering: /1alert▲ Too much/,
    Stale: /1alertTolerable: at most 4/,
    "What chatters": /reader-away reader r-13×$/,
    "What is stale": /archive-away archive main3 d 1 h$/,
    "Called most often": /rejects-high45×agent-offline30×key-old15×reader-away3×archive-away1×/,
    Severities: /Critical30.*31\.9 %.*Warning49.*52\.1 %.*Info15.*16 %/,
  });
  await page.locator(".recharts-bar-rectangle").first().waitFor();
  await shoot(page, "alert-health-light");
  await expectAccessible(page);
  await page.getByRole("button", { name: "24 h" }).click();
  await shows(page, {
    "Alerts that called somebody": /one bar is 10 min/,
    "Time in flood": /0\.7% of the time/,
  });
  await page.getByLabel("Operators on shift").fill("3");
  await shows(page, {
    "Most in 10 min": /10per operatorTolerable/,
    "Time in flood": /0% of the timeTolerable/,
  });
  await page.getByLabel("Operators on shift").fill("2");
  await shows(page, { "Most in 10 min": /15per operator▲/ });
  await page.getByLabel("Operators on shift").blur();
  await page.keyboard.press("t");
  await until(async () => expect(await page.locator("html").getAttribute("data-theme")).toBe("dark"));
  await shoot(page, "alert-health-dark");
  await expectAccessible(page);
  await page.setViewportSize({ width: 390, height: 844 });
  await isStill(page);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  await shoot(page, "alert-health-phone-dark");
  await expectAccessible(page);
  expect(browsing.complaints).toEqual([]);
});
