import { connectPrisma, type PrismaClient } from "@tapline/adapters/prisma";
import { FleetDesk } from "@tapline/adapters/prisma/fleet";
import { AgentLogs } from "@tapline/adapters/redis";
import type { Page } from "playwright-core";
import { afterAll, beforeEach, expect } from "vitest";
import { type AlertSite, ada, alertSite, grace, vera } from "../../test-site/alert-site.fixture.ts";
import { expectAccessible, isConnection, isSearch, shoot, textOf, until } from "../../test-site/browsing.ts";
import { FleetFeed } from "../../test-site/fleet.fixture.ts";

let browsing: AlertSite["browsing"];
let prisma: PrismaClient;
let fleet: FleetFeed;
let logs: AgentLogs;

const { it, open } = alertSite(async (there) => {
  ({ browsing } = there);
  prisma = connectPrisma(there.site.databaseUrl);
  fleet = new FleetFeed(prisma);
  logs = new AgentLogs(there.site.redis, Date.now);
});
beforeEach(async () => {
  if (fleet === undefined) return;
  await fleet.clear();
  await fleet.fill("north", ["gym-1", "gym-2", "gym-3"]);
  await prisma.agent.update({ where: { id: "gym-1" }, data: { ring: 0 } });
  await fleet.report(["gym-1", "gym-2", "gym-3"]);
});
afterAll(() => prisma?.$disconnect());

async function openRollouts(who = ada): Promise<Page> {
  const page = await open(who, "/agents");
  await isConnection(page, "Live");
  await page.locator("#agent-gym-1").waitFor();
  await page.keyboard.press("s");
  await isSearch(page, "?open=rollouts");
  return page;
}

const options = (page: Page) => page.getByRole("listbox", { name: "Agents" }).getByRole("option");
const pane = (page: Page) => page.getByRole("region", { name: "Roll-outs", exact: true });
const settings = (page: Page) => pane(page).getByRole("region", { name: "Settings", exact: true });
const isSaid = (page: Page, text: RegExp) =>
  until(async () => expect((await textOf(settings(page))).replaceAll(/\s+/g, " ")).toMatch(text));

it("an admin makes settings, gives them ring by ring, is told who was first, and takes them back", {
  timeout: 300_000,
}, async () => {
  const page = await openRollouts();
  await isSaid(page, /No settings from the server for all/);
  await pane(page).getByRole("button", { name: "New settings…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Buzzer of the readers").selectOption("off");
  await dialog.getByLabel("Reports at least every (s)").fill("0");
  await dialog.getByText("1 to 3600").waitFor();
  await dialog.getByLabel("Reports at least every (s)").fill("30");
  await dialog.getByLabel("Why").fill("Quiet at night");
  await expectAccessible(page);
  await shoot(page, "rollout-settings-light");
  await dialog.getByRole("button", { name: "Make the settings" }).click();

  await dialog.getByText("gym-1. Now: no settings from the server, any version. Then: config 1").waitFor();
  await dialog.getByLabel("Rings, one step for each").fill("0, 1");
  await dialog.getByLabel("Why").fill("As agreed");
  await dialog.getByLabel("Your password").fill(ada.password);
  await expectAccessible(page);
  await shoot(page, "rollout-start-light");
  await dialog.getByRole("button", { name: "Give it to the first ring" }).click();
  await dialog.waitFor({ state: "detached" });
  await isSaid(
    page,
    /to config 1: given to rings up to 0.*Ring 0: 0 of 1 have it.*has not got it yet: gym-1/,
  );
  await pane(page).getByText("As agreed").waitFor();
  await expectAccessible(page);
  await shoot(page, "rollout-running-light");
  await page.keyboard.press("t");
  await expectAccessible(page);
  await shoot(page, "rollout-running-dark");
  await page.keyboard.press("t");
  await page.keyboard.press("t");

  await pane(page).getByRole("button", { name: "Give it to ring 1…" }).click();
  await dialog.getByText("not healthy yet: ring 0: gym-1 pending").waitFor();
  await dialog.getByLabel("Go on all the same").waitFor();
  await expectAccessible(page);
  await shoot(page, "rollout-held-up-light");
  await page.keyboard.press("Escape");
  await fleet.report(["gym-1"], { configRevision: 1 });
  await isSaid(page, /Ring 0: 1 of 1 have it/);

  await pane(page).getByRole("button", { name: "Give it to ring 1…" }).click();
  await dialog.getByText("gym-2, gym-3. Now: no settings from the server").waitFor();
  // Somebody halts it by a command while this one is still reading.
  const act = { actor: { kind: "operator", id: "ann" }, reason: "gym-1 beeps", dryRun: false } as const;
  await new FleetDesk(prisma).halt("config", { ...act, atEpochMs: Date.now() });
  await dialog.getByLabel("Why").fill("It is well");
  await dialog.getByRole("button", { name: "Give it to ring 1" }).click();
  await dialog
    .getByText(/ann was first: roll-out \d+ was halted meanwhile/i)
    .first()
    .waitFor();
  await page.keyboard.press("Escape");
  await isSaid(page, /halted at ring 0/);
  await pane(page).getByText("gym-1 beeps").waitFor();

  await pane(page).getByRole("button", { name: "Take it back…" }).click();
  await dialog.getByText("gym-1. Now: config 1, any version. Then: no settings from the server").waitFor();
  await dialog.getByLabel("Why").fill("It beeps still");
  await dialog.getByRole("button", { name: "Take it back" }).click();
  await isSaid(page, /No settings from the server for all. Nothing is under way/);
  expect(browsing.complaints.filter((text) => !text.includes("409"))).toEqual([]);
});

it("a viewer sees how far it is and no acts; on a phone it covers the list", {
  timeout: 240_000,
}, async () => {
  const act = {
    ...({ actor: { kind: "operator", id: "ann" }, reason: "a test", dryRun: false } as const),
    atEpochMs: Date.now(),
  };
  const desk = new FleetDesk(prisma);
  await desk.start("version", "1.3.0", [0, 1], act);
  const page = await openRollouts(vera);
  await pane(page).getByText("From any version to version 1.3.0: given to rings up to 0.").waitFor();
  await pane(page).getByText("Rolling out needs the role admin.").waitFor();
  expect(await pane(page).getByRole("button", { name: /…$/ }).count()).toBe(0);
  await page.setViewportSize({ width: 390, height: 844 });
  await expectAccessible(page);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  await shoot(page, "rollout-phone-light");
  await page.goBack();
  await pane(page).waitFor({ state: "detached" });
  await desk.abort("version", act);
});

it("the fleet is looked at by site, the worst first, and a site leads to its agents", {
  timeout: 240_000,
}, async () => {
  await fleet.fill("harbour", ["desk-1", "desk-2"]);
  await fleet.report(["desk-1"], {
    outbox: { epoch: 1, nextSeq: 920, taps: 1_240, bytes: 421_000, oldestAgeMs: 1_000 },
  });
  await fleet.silence("desk-1", 540_000);
  await fleet.report(["desk-2"], { readers: { failed: 1 } });
  const page = await open(vera, "/agents?by=site");
  const sites = page.getByRole("list", { name: "Sites" }).getByRole("button");
  await until(async () => expect(await sites.count()).toBe(2));
  const said = async () => (await sites.allTextContents()).map((text) => text.replaceAll(/\s+/g, " "));
  await until(async () =>
    expect(await said()).toEqual([
      expect.stringMatching(
        /harbour ?2 not well ?desk-1: Offline.*and 1 more ?1 online ?1 offline ?1,240 taps wait/,
      ),
      expect.stringMatching(/north ?Nothing is wrong. ?3 online/),
    ]),
  );
  await expectAccessible(page);
  await shoot(page, "agents-sites-light");
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await until(async () => expect(await options(page).count()).toBe(3));
  await isSearch(page, "?site=north");
  await page.keyboard.press("Escape");
  await page.keyboard.press("v");
  await isSearch(page, "?site=north&by=site");
  await until(async () => expect(await sites.count()).toBe(1));
  await page.setViewportSize({ width: 390, height: 844 });
  await expectAccessible(page);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
});

it("an operator asks for an agent's log, sees it come, and why it does not", {
  timeout: 240_000,
}, async () => {
  const page = await open(grace, "/agents?agent=gym-1");
  const log = page.getByRole("region", { name: "Its log" });
  await log.getByText("Nobody asked for it within the last hour.").waitFor();
  const dialog = page.getByRole("dialog");
  const ask = async () => {
    await log.getByRole("button", { name: "Ask for its log…" }).click();
    await dialog.getByLabel("Why").fill("Its clock jumps");
  };
  await ask();
  await dialog.getByText("50 lines").click();
  await expectAccessible(page);
  await shoot(page, "agent-log-ask-light");
  await dialog.getByRole("button", { name: "Ask for it" }).click();
  await log.getByText("Waiting for its answer…").waitFor();
  await log.getByText(/Grace Hopper asked/).waitFor();
  const wanted = async () => (await logs.asked()).get("gym-1");
  expect(await wanted()).toMatchObject({ lines: 50 });
  const lines = [
    { level: 30, time: Date.now(), name: "nfc-agent", msg: "the agent is ready", version: "1.2.0" },
    { level: 50, time: Date.now(), name: "nfc-agent", msg: "the clock was set back", byMs: 48_000 },
  ];
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
  const told = { id: (await wanted())?.id ?? "", atEpochMs: Date.now() };
  await logs.tell("gym-1", { is: "told", ...told, text, cut: true });
  await log.getByText("the clock was set back").waitFor();
  await log.getByText('{"version":"1.2.0"}').waitFor();
  await log.getByText(/Its last 2 lines.*older ones did not fit/).waitFor();
  await expectAccessible(page);
  await log.scrollIntoViewIfNeeded();
  await shoot(page, "agent-log-light");
  await ask();
  await dialog.getByRole("button", { name: "Ask for it" }).click();
  await until(async () => expect(await wanted()).toMatchObject({ lines: 200 }));
  await logs.tell("gym-1", { is: "unable", id: (await wanted())?.id ?? "", atEpochMs: Date.now() });
  await log.getByText("Its release does not know how to send it").waitFor();
  const viewer = await open(vera, "/agents?agent=gym-1");
  await viewer.getByText("Open gaps").waitFor();
  expect(await viewer.getByRole("region", { name: "Its log" }).count()).toBe(0);
});
