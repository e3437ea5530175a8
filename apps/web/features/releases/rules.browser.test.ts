import { connectPrisma, type PrismaClient, RulesDesk } from "@tapline/adapters/prisma";
import { AlertChannelsDesk } from "@tapline/adapters/prisma/alerts";
import { NoopsRulesDesk } from "@tapline/adapters/prisma/noops";
import { alertChannelsFormat, parseAlertChannels } from "@tapline/core/alerts";
import { noopsRulesFormat, parseNoopsRules } from "@tapline/core/noops";
import { defaultRules } from "@tapline/core/validation";
import type { Page } from "playwright-core";
import { afterAll, beforeEach, expect } from "vitest";
import { ruleOf } from "../../../../packages/core/src/noops/decision.fixture.ts";
import { type AlertSite, ada, alertSite, grace } from "../../test-site/alert-site.fixture.ts";
import { expectAccessible, isConnection, isSearch, shoot } from "../../test-site/browsing.ts";

let site: AlertSite["site"];
let prisma: PrismaClient;
const act = { actor: { kind: "operator", id: "ola" }, reason: "a new sensor" } as const;

const { it, open } = alertSite(async (there) => {
  ({ site } = there);
  prisma = connectPrisma(site.databaseUrl);
});
beforeEach(async () => {
  // Nothing is there where no Chromium is.
  if (site === undefined) return;
  const rules = new RulesDesk(prisma, Date.now);
  await rules.makeFirst(defaultRules);
  await rules.switchTo(await rules.release({ ...defaultRules, batteryPercent: { max: 50 } }, act), act);
  const noops = new NoopsRulesDesk(prisma, Date.now);
  const document = { format: noopsRulesFormat, rules: [ruleOf({ mode: "dry-run" })] };
  const last = (await noops.active())?.version ?? 0;
  for (const [version, actsPerHour] of [
    [last + 1, 10],
    [last + 2, 20],
  ])
    await noops.release(parseNoopsRules({ ...document, version, actsPerHour }), act);
});
afterAll(() => prisma?.$disconnect());

async function openAt(path: string, who = ada): Promise<Page> {
  const page = await open(who, path);
  await isConnection(page, "Live");
  await page.getByRole("heading", { level: 1 }).waitFor();
  return page;
}

/** Says why and the password, and does it. */
async function rollBack(page: Page): Promise<void> {
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Why").fill("It lets too little in");
  await dialog.getByLabel("Your password").fill(ada.password);
  await dialog.getByRole("button", { name: "Roll back", exact: true }).click();
}

it("an admin goes back to rules of before as they were shown, and is refused where others are in force by then", {
  timeout: 300_000,
}, async () => {
  const page = await openAt("/releases/rules");
  const active = (await new RulesDesk(prisma, Date.now).activeVersion()) ?? 0;
  const list = page.getByRole("listbox", { name: "Rules" });
  await list.getByText("Validation rules").click();
  await isSearch(page, "?rules=validation-rules");
  const pane = page.getByRole("region", { name: "The open rules" });
  await pane.getByText(`In force: version ${active}`).waitFor();
  await expectAccessible(page);
  await shoot(page, "releases-rules-light");
  const back = pane.getByRole("button", { name: "Back to version 1…" });
  await back.click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText('batteryPercent: {"max":50} → {"max":100}').waitFor();
  await expectAccessible(page);
  await shoot(page, "releases-rules-back-light");

  // Somebody else is first.
  const rules = new RulesDesk(prisma, Date.now);
  const other = await rules.release({ ...defaultRules, batteryPercent: { max: 60 } }, act);
  await rules.switchTo(other, act);
  await rollBack(page);
  await dialog.getByText(`version ${other} of the validation rules is in force by now`).first().waitFor();
  expect(await rules.activeVersion()).toBe(other);
  await page.keyboard.press("Escape");

  await pane.getByText(`In force: version ${other}`).waitFor();
  await back.click();
  await dialog.getByText('batteryPercent: {"max":60} → {"max":100}').waitFor();
  await rollBack(page);
  await page.getByText("what version 1 holds is in force again, as version 1").waitFor();
  await pane.getByText("In force: version 1").waitFor();
  expect(await rules.activeVersion()).toBe(1);
  await page.emulateMedia({ colorScheme: "dark" });
  await expectAccessible(page);
  await shoot(page, "releases-rules-dark");
});

it("rules of NoOps go back beside the rules themselves; an operator is shown the releases alone", {
  timeout: 300_000,
}, async () => {
  const noops = new NoopsRulesDesk(prisma, Date.now);
  const version = (await noops.active())?.version ?? 0;
  const page = await openAt("/noops/rules");
  await page.getByRole("button", { name: `Back to version ${version - 1}…` }).click();
  const dialog = page.getByRole("dialog", { name: `NoOps rules: back to version ${version - 1}` });
  await dialog.getByText("actsPerHour: 20 → 10").waitFor();
  await dialog.getByText("armed: none").waitFor();
  await expectAccessible(page);
  await shoot(page, "noops-rules-back-light");
  await rollBack(page);
  await page.getByText(`is in force again, as version ${version + 1}`).waitFor();
  await page.getByText(`Release ${version + 1} of the rules`).waitFor();
  expect(await noops.active()).toMatchObject({ version: version + 1, reason: "It lets too little in" });

  const looking = await openAt("/releases/rules?rules=noops-rules", grace);
  await looking.getByText("Rolling rules back needs the role admin.").waitFor();
  await looking.getByText(`In force: version ${version + 1}`).waitFor();
  expect(await looking.getByRole("button", { name: /^Back to version/ }).count()).toBe(0);
  await looking.setViewportSize({ width: 390, height: 844 });
  await expectAccessible(looking);
  await shoot(looking, "releases-rules-phone-light");
});

it("alert channels go back by name, without a word of whom they reach; who was told before is told again", {
  timeout: 300_000,
}, async () => {
  const desk = new AlertChannelsDesk(prisma, Date.now);
  const release = (...channels: object[]) => {
    const mail = { host: "127.0.0.1", security: "none", from: "tapline@example.org" };
    return desk.release(parseAlertChannels({ format: alertChannelsFormat, mail, channels }), act);
  };
  const duty = { kind: "email", name: "duty", to: ["bob@example.org"] };
  const first = await release(duty, { kind: "email", name: "night", to: ["eve@example.org"] });
  const second = await release({ ...duty, to: ["ada@example.org"] });

  const page = await openAt("/releases/rules?rules=alert-channels");
  const pane = page.getByRole("region", { name: "The open rules" });
  await pane.getByText(`In force: version ${second}`).waitFor();
  await pane.getByRole("button", { name: `Back to version ${first}…` }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("channels: duty: changed").waitFor();
  await dialog.getByText("channels: night: new").waitFor();
  expect(await page.content()).not.toContain("@example.org");
  await expectAccessible(page);
  await shoot(page, "releases-channels-back-light");

  // Somebody else is first.
  const other = await release(duty);
  await rollBack(page);
  await dialog.getByText(`version ${other} of the alert channels is in force by now`).first().waitFor();
  expect((await desk.active()).version).toBe(other);
  await page.keyboard.press("Escape");

  await pane.getByText(`In force: version ${other}`).waitFor();
  await pane.getByRole("button", { name: `Back to version ${first}…` }).click();
  await dialog.getByText("channels: night: new").waitFor();
  expect(await dialog.getByText("channels: duty: changed").count()).toBe(0);
  await rollBack(page);
  await page.getByText(`is in force again, as version ${other + 1}`).waitFor();
  await pane.getByText(`In force: version ${other + 1}`).waitFor();
  const { version, channels } = await desk.active();
  expect(version).toBe(other + 1);
  expect(channels.channels.map(({ name }) => name)).toEqual(["duty", "night"]);
});
