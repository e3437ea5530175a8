import type { Page } from "playwright-core";
import { expect } from "vitest";
import { type AlertSite, ada, alertSite, grace, vera } from "../../test-site/alert-site.fixture.ts";
import { expectAccessible, isConnection, shoot, textOf, until } from "../../test-site/browsing.ts";

let browsing: AlertSite["browsing"];
let alerts: AlertSite["alerts"];

const { it, open } = alertSite(async (there) => {
  ({ browsing, alerts } = there);
});

async function openHandover(who = ada): Promise<Page> {
  const page = await open(who, "/handover");
  await isConnection(page, "Live");
  await page.getByRole("region", { name: "Open alerts" }).waitFor();
  return page;
}

const shift = (page: Page) => page.getByRole("region", { name: "This shift", exact: true });

it("one hands over, another one sees what changed since, takes over in their own browser, and both see the record", {
  timeout: 300_000,
}, async () => {
  await alerts.raise({ message: "The oldest tap waits for too long", scope: { site: "north" } });
  const leaving = await openHandover(grace);
  await leaving.getByText("The oldest tap waits for too long").first().waitFor();
  await leaving.getByLabel("Note for who comes").fill("gym-2 is repaired tomorrow; the cable is ordered");
  await expectAccessible(leaving);
  await shoot(leaving, "handover-draft-light");
  await leaving.getByRole("button", { name: "Hand over" }).click();
  await leaving.getByText("You handed over at").waitFor();
  expect(await leaving.getByRole("button", { name: "Take over…" }).count()).toBe(0);

  const [late] = await alerts.raise({
    ruleId: "key-old",
    severity: "critical",
    message: "The key ends today",
  });
  expect(late).toBeDefined();
  const coming = await openHandover(ada);
  await coming.getByText("Grace Hopper hands over at").waitFor();
  await coming.getByText("gym-2 is repaired tomorrow").waitFor();
  const open = coming.getByRole("region", { name: "Open alerts" });
  const marked = open.getByRole("listitem").filter({ hasText: "The key ends today" });
  await until(async () => expect(await textOf(marked)).toContain("new"));
  await expectAccessible(coming);
  await coming.getByRole("button", { name: "Take over…" }).click();
  const dialog = coming.getByRole("dialog", { name: "Take over from Grace Hopper" });
  await dialog.getByLabel("What you add, if anything").fill("seen, the key first");
  await dialog.getByLabel("Your password").fill(ada.password);
  await expectAccessible(coming);
  await shoot(coming, "handover-sign-light");
  await dialog.getByRole("button", { name: "Take over" }).click();

  for (const page of [leaving, coming]) {
    const records = page.getByRole("region", { name: "Handovers of before" });
    await records.getByText("Grace Hopper → Administrator, signed").waitFor();
    await records.getByText("Administrator: seen, the key first").waitFor();
    await page.getByRole("button", { name: "Hand over" }).waitFor();
  }
  await coming.getByText("Grace Hopper → Administrator, signed").click();
  await coming.keyboard.press("t");
  await expectAccessible(coming);
  await shoot(coming, "handover-record-dark");
  expect(browsing.complaints).toEqual([]);
});

it("it is printed black on white on A4, without what only a screen needs", { timeout: 240_000 }, async () => {
  await alerts.endAll();
  await alerts.raise({ message: "The oldest tap waits for too long", scope: { site: "north" } });
  const page = await openHandover(grace);
  await page.keyboard.press("t");
  await page.getByLabel("Note for who comes").fill("the cable is ordered");
  // 210 × 297 mm at 96 dots per inch.
  await page.setViewportSize({ width: 794, height: 1_123 });
  await page.emulateMedia({ media: "print" });
  await shoot(page, "handover-print");
  const looks = () =>
    shift(page).evaluate((element) => {
      const { color, backgroundColor } = getComputedStyle(element);
      return { color, backgroundColor, page: getComputedStyle(document.documentElement).backgroundColor };
    });
  await until(async () =>
    expect(await looks()).toEqual({
      ...{ color: "rgb(0, 0, 0)", backgroundColor: "rgb(255, 255, 255)", page: "rgb(255, 255, 255)" },
    }),
  );
  expect(await page.getByRole("button", { name: "Hand over" }).isVisible()).toBe(false);
  expect(await page.getByRole("navigation", { name: "Main" }).isVisible()).toBe(false);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(794);
});

it("a viewer reads it and is shown nothing to press; who hands over can take it back", {
  timeout: 240_000,
}, async () => {
  const page = await openHandover(vera);
  await page.getByText("Handing over needs the role operator.").waitFor();
  expect(await page.getByRole("button", { name: "Hand over" }).count()).toBe(0);
  const own = await openHandover(grace);
  await own.getByRole("button", { name: "Hand over" }).click();
  await own.getByRole("button", { name: "Withdraw…" }).click();
  await own.getByRole("dialog").getByLabel("Why").fill("I stay for an hour");
  await own.getByRole("dialog").getByRole("button", { name: "Withdraw" }).click();
  await own.getByText("withdrawn by Grace Hopper: I stay for an hour").waitFor();
  await own.setViewportSize({ width: 390, height: 844 });
  await expectAccessible(own);
  await shoot(own, "handover-phone-light");
});
