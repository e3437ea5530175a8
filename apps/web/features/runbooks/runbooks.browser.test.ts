import { expect } from "vitest";
import { releaseRules } from "../../test-site/alert-feed.fixture.ts";
import { type AlertSite, alertSite, grace } from "../../test-site/alert-site.fixture.ts";
import { expectAccessible, isConnection, shoot, until } from "../../test-site/browsing.ts";

let site: AlertSite["site"];
let browsing: AlertSite["browsing"];
let alerts: AlertSite["alerts"];

const { it, open } = alertSite(async (there) => {
  ({ site, browsing, alerts } = there);
  await releaseRules(site.databaseUrl);
});

it("an alert leads to its section of the runbooks, beside the list, readable in both themes and on a phone", {
  timeout: 150_000,
}, async () => {
  await alerts.raise({
    ruleId: "agent-offline",
    scope: { site: "north" },
    message: "north: no agent is heard",
  });
  const page = await open(grace, "/alerts");
  await isConnection(page, "Live");
  await page.getByRole("option").first().waitFor();
  const [runbooks] = await Promise.all([
    page.waitForEvent("popup"),
    page.getByRole("link", { name: "agent-offline (opens beside)" }).click(),
  ]);
  const section = runbooks.getByRole("region", { name: "Agent offline" });
  await section.getByText("Call the site; look at the agent there.").waitFor();
  const topOf = async () => (await section.boundingBox())?.y ?? -1;
  await until(async () => expect(await topOf()).toBeLessThan(200));
  expect(await topOf()).toBeGreaterThan(50);
  await expectAccessible(runbooks);
  await shoot(runbooks, "runbooks-light");
  await runbooks.getByRole("navigation", { name: "Runbooks" }).getByText("Archive away").click();
  expect(new URL(runbooks.url()).hash).toBe("#archive-away");
  await runbooks.keyboard.press("t");
  await until(async () => expect(await runbooks.locator("html").getAttribute("data-theme")).toBe("dark"));
  await expectAccessible(runbooks);
  await shoot(runbooks, "runbooks-dark");
  await runbooks.setViewportSize({ width: 390, height: 844 });
  expect(await runbooks.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  await shoot(runbooks, "runbooks-phone-dark");
  expect(browsing.complaints).toEqual([]);
});

it("a link from a message leads to its section, past signing in", { timeout: 150_000 }, async () => {
  const page = await browsing.openPage();
  await page.goto(`${site.origin}/runbooks#backlog-old`);
  await page.getByLabel("E-mail").fill(grace.email);
  await page.getByLabel("Password", { exact: true }).fill(grace.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Runbooks" }).waitFor();
  expect(page.url()).toBe(`${site.origin}/runbooks#backlog-old`);
  const section = page.getByRole("region", { name: "Backlog old" });
  await until(async () => expect((await section.boundingBox())?.y ?? -1).toBeLessThan(200));
});
