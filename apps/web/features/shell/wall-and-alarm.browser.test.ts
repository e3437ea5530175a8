import { expect } from "vitest";
import { type AlertSite, alertSite, grace } from "../../test-site/alert-site.fixture.ts";
import { expectAccessible, isConnection, shoot, textOf, until } from "../../test-site/browsing.ts";
import { listenIn, notificationsOf, standBehind, timesHeard } from "./alarm/heard.fixture.ts";

let browsing: AlertSite["browsing"];
let alerts: AlertSite["alerts"];

const { it, open } = alertSite(async (there) => {
  ({ browsing, alerts } = there);
});

const away = {
  ...({ ruleId: "archive-away", severity: "critical", scope: { archive: "main" } } as const),
  message: "Archive main has not answered for more than 1 min",
};

it("a screen on a wall shows all at once and larger, by what is critical, too, and Escape leaves it", {
  timeout: 240_000,
}, async () => {
  const page = await open(grace, "/");
  await page.setViewportSize({ width: 1920, height: 1080 });
  await isConnection(page, "Live");
  const sizeOf = async () =>
    page.evaluate(() => Number.parseFloat(getComputedStyle(document.documentElement).fontSize));
  const usualSize = await sizeOf();
  await page.getByRole("button", { name: "Grace Hopper" }).click();
  await expectAccessible(page);
  await shoot(page, "user-menu-light");
  await page.getByRole("link", { name: "Wall display" }).click();
  await page.getByText("Nothing is wrong").waitFor();
  await isConnection(page, "Live");
  expect(await sizeOf()).toBeGreaterThan(usualSize);
  expect(await page.getByRole("navigation").count()).toBe(0);
  await shoot(page, "wall-calm-light");
  const agents = ["gym-1", "gym-2", "gym-3", "gym-4", "gym-5", "gym-6"].map((agent) => ({
    ...{ ruleId: "agent-offline", scope: { site: "north", agent } },
    message: `Agent ${agent} has not been heard of for more than 1 min`,
  }));
  await alerts.raise(away, ...agents);
  await until(async () =>
    expect(await textOf(page.getByTestId("trouble").first())).toContain("Archive main"),
  );
  await page.getByText("3 more are open").waitFor();
  const beyond = () =>
    page.evaluate(() => {
      const { scrollHeight, clientHeight } = document.documentElement;
      return scrollHeight - clientHeight;
    });
  await until(async () => expect(await beyond()).toBe(0));
  const last = await page.getByText("3 more are open").boundingBox();
  expect(last!.y + last!.height).toBeLessThanOrEqual(1080);
  for (const look of ["light", "dark", "contrast"] as const) {
    await page.evaluate((theme) => localStorage.setItem("theme", theme), look);
    await page.reload();
    await page.getByText("3 more are open").waitFor();
    await isConnection(page, "Live");
    await expectAccessible(page);
    await shoot(page, `wall-trouble-${look}`);
  }
  await page.keyboard.press("Escape");
  await page.getByRole("heading", { name: "Overview" }).waitFor();
  await until(async () => expect(await sizeOf()).toBe(usualSize));
  await alerts.endAll();
  expect(browsing.complaints).toEqual([]);
});

it("critical alerts are heard where somebody asked for it, in one tab of a browser, until they are silenced or acknowledged", {
  timeout: 300_000,
}, async () => {
  await alerts.endAll();
  const first = await open(grace, "/alerts");
  const context = first.context();
  await context.grantPermissions(["notifications"], { origin: new URL(first.url()).origin });
  await context.addInitScript(listenIn);
  await context.addInitScript(standBehind);
  await first.reload();
  await isConnection(first, "Live");
  const [before] = await alerts.raise({ ...away, message: "Before anybody asked for a sound" });
  await first.getByRole("option").getByText("Before anybody asked").waitFor();
  await alerts.clear(before!);
  expect(await timesHeard(first)).toBe(0);
  await first.getByRole("button", { name: "Grace Hopper" }).click();
  await first.getByText("On, in this browser").click();
  await first.getByText("It was played.").waitFor();
  await until(async () => expect(await timesHeard(first)).toBe(1));
  await expectAccessible(first);
  await shoot(first, "alarm-chosen-light");
  await first.getByRole("button", { name: "Try it" }).click();
  await until(async () => expect(await timesHeard(first)).toBe(2));
  await first.keyboard.press("Escape");
  await first.getByText("On, in this browser").waitFor({ state: "hidden" });
  const other = await context.newPage();
  await other.goto(first.url());
  await isConnection(other, "Live");
  await other.getByRole("heading", { name: "Alerts" }).click();

  const flood = Array.from({ length: 8 }, (_, index) => ({
    ...{ ruleId: "archive-away", severity: "critical" as const, scope: { archive: `a-${index}` } },
    message: `Archive a-${index} has not answered`,
  }));
  await alerts.raise(...flood);
  const bar = first.getByRole("region", { name: "Sound for critical alerts" });
  await bar.getByText("8 critical alerts call").waitFor();
  // Again and again, and each time once for all of them.
  await until(async () => expect(await timesHeard(first)).toBeGreaterThanOrEqual(4));
  expect(await timesHeard(other)).toBe(0);
  await until(async () =>
    expect([...(await notificationsOf(first)), ...(await notificationsOf(other))]).toEqual([
      expect.stringMatching(/8 new critical alerts|New critical alert/),
    ]),
  );
  await expectAccessible(first);
  await shoot(first, "alarm-calling-light");

  // By whichever tab is looked at; the other one obeys, and begins anew with the next alert, also while the page stands still.
  await other.keyboard.press("m");
  await bar.getByText("silenced until the next one").waitFor();
  await first.keyboard.press("p");
  const whileSilent = await timesHeard(first);
  await first.waitForTimeout(12_000);
  expect(await timesHeard(first)).toBe(whileSilent);
  await alerts.raise({ ...away, message: "The next one" });
  await until(async () => expect(await timesHeard(first)).toBeGreaterThan(whileSilent));
  await first.close();
  await until(async () => expect(await timesHeard(other)).toBeGreaterThan(0));
  await other.getByRole("button", { name: "Mark all" }).click();
  await other.keyboard.press("A");
  await other.getByRole("region", { name: "Sound for critical alerts" }).waitFor({ state: "hidden" });
  await alerts.endAll();
  expect(browsing.complaints).toEqual([]);
});
