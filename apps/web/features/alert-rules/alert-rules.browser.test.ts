import { connectPrisma } from "@tapline/adapters/prisma";
import { KpiSpans } from "@tapline/adapters/prisma/kpi";
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { releaseRules } from "../../test-site/alert-feed.fixture.ts";
import { type AlertSite, ada, alertSite, grace, vera } from "../../test-site/alert-site.fixture.ts";
import { expectAccessible, isConnection, shoot, textOf, until } from "../../test-site/browsing.ts";

let browsing: AlertSite["browsing"];

const { it, open } = alertSite(async (there) => {
  ({ browsing } = there);
  await releaseRules(there.site.databaseUrl);
  const prisma = connectPrisma(there.site.databaseUrl);
  const minute = Math.floor(Date.now() / 60_000) - 30;
  // For ten minutes the oldest tap waits for two.
  const spans = Array.from({ length: 20 }, (_, at) => ({
    ...{ scope: {}, startEpochMs: (minute + at) * 60_000, resolutionMs: 60_000, counts: {}, times: {} },
    levels: { "backlog.oldest_ms": at >= 5 && at < 15 ? 120_000 : 1_000 },
  }));
  await new KpiSpans(prisma).keepMinutes(spans, null, "1-0");
  await prisma.$disconnect();
});

async function openRule(who = ada): Promise<Page> {
  const page = await open(who, "/alerts/rules?rule=backlog-old");
  await isConnection(page, "Live");
  await page.getByRole("region", { name: "The open rule" }).getByLabel("Breached above").waitFor();
  return page;
}

const pane = (page: Page) => page.getByRole("region", { name: "The open rule" });

it("another limit is tried on what happened, applied with reason and password, and the slower one hears of it", {
  timeout: 300_000,
}, async () => {
  const slower = await openRule();
  await pane(slower).getByLabel("Must be in order before it is over").fill("5");
  await slower.getByText("backlog-old: offDelayMs: 0 → 5000").waitFor();

  const page = await openRule();
  expect(await pane(page).getByLabel("Breached above").inputValue()).toBe("60");
  await pane(page).getByLabel("Breached above").fill("180");
  await pane(page).getByText("backlog-old: condition:").waitFor();
  await pane(page).getByRole("button", { name: "Preview" }).click();
  const preview = pane(page).getByRole("region", { name: "Preview" });
  await until(async () => expect(await textOf(preview)).toMatch(/As in force.*once.*As changed.*0 times/));
  await expectAccessible(page);
  await shoot(page, "alert-rules-light");

  await pane(page).getByLabel("Message").fill("It waits for {nothing}");
  await pane(page).getByText("nothing fills {nothing}").waitFor();
  expect(await pane(page).getByRole("button", { name: "Apply…" }).isDisabled()).toBe(true);
  await pane(page).getByLabel("Message").fill("The oldest tap waits");
  await pane(page).getByText('message: "It is as it should not be" → "The oldest tap waits"').waitFor();
  await pane(page).getByRole("button", { name: "Apply…" }).click();
  const dialog = page.getByRole("dialog", { name: "Apply to backlog-old" });
  await dialog.getByLabel("Why").fill("two minutes are usual at night");
  await dialog.getByLabel("Your password").fill(ada.password);
  await expectAccessible(page);
  await shoot(page, "alert-rules-apply-light");
  await dialog.getByRole("button", { name: "Put it in force" }).click();
  await page.getByText(/In force: version 2, by Administrator, .*two minutes are usual at night/).waitFor();

  await pane(slower).getByText("Other rules were put in force meanwhile").waitFor();
  await pane(slower).getByRole("button", { name: "Apply…" }).click();
  const late = slower.getByRole("dialog", { name: "Apply to backlog-old" });
  await late.getByLabel("Why").fill("quieter");
  await late.getByLabel("Your password").fill(ada.password);
  await late.getByRole("button", { name: "Put it in force" }).click();
  await late.getByText("Version 2 of the alert rules is in force by now").waitFor();

  await page.getByRole("button", { name: "Back to version 1…" }).click();
  const back = page.getByRole("dialog", { name: "Alert rules: back to version 1" });
  await back.getByText("backlog-old: message:").waitFor();
  await back.getByLabel("Why").fill("it was right before");
  await back.getByLabel("Your password").fill(ada.password);
  await back.getByText("Version 3 is in force at once, instead of 2.").waitFor();
  await back.getByRole("button", { name: "Roll back" }).click();
  await page.getByText(/what version 1 holds is in force again, as version 3/).waitFor();
  await page.getByText(/In force: version 3, by Administrator/).waitFor();
  await page.keyboard.press("t");
  await expectAccessible(page);
  await shoot(page, "alert-rules-dark");
});

it("an operator tries and cannot apply, a viewer only looks, and a phone shows one rule whole", {
  timeout: 240_000,
}, async () => {
  const page = await openRule(grace);
  await pane(page).getByLabel("Breached above").fill("90");
  await pane(page).getByText("Applying needs the role admin.").waitFor();
  expect(await page.getByRole("button", { name: "Apply…" }).count()).toBe(0);
  await page.setViewportSize({ width: 390, height: 844 });
  await expectAccessible(page);
  await shoot(page, "alert-rules-phone-light");
  const looking = await openRule(vera);
  expect(await pane(looking).getByLabel("Breached above").isDisabled()).toBe(true);
  await looking.getByText("Trying other figures needs the role operator").waitFor();
  expect(browsing.complaints).toEqual([]);
});
