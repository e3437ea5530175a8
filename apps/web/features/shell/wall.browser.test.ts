import { expect } from "vitest";
import { type AlertSite, alertSite, grace } from "../../test-site/alert-site.fixture.ts";
import { expectAccessible, isConnection, shoot, textOf, until } from "../../test-site/browsing.ts";

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
