import { connectPrisma, type PrismaClient } from "@tapline/adapters/prisma";
import type { Page } from "playwright-core";
import { afterAll, beforeEach, expect } from "vitest";
import { type AlertSite, ada, alertSite, grace, vera } from "../../test-site/alert-site.fixture.ts";
import {
  expectAccessible,
  isConnection,
  isSearch,
  isStill,
  shoot,
  textOf,
  until,
} from "../../test-site/browsing.ts";
import { FleetFeed } from "../../test-site/fleet.fixture.ts";

const minuteMs = 60_000;

let site: AlertSite["site"];
let browsing: AlertSite["browsing"];
let prisma: PrismaClient;
let fleet: FleetFeed;

const { it, open } = alertSite(async (there) => {
  ({ site, browsing } = there);
  prisma = connectPrisma(site.databaseUrl);
  fleet = new FleetFeed(prisma);
});
beforeEach(() => fleet?.clear());
afterAll(() => prisma?.$disconnect());

async function openAgents(who = ada, query = ""): Promise<Page> {
  const page = await open(who, `/agents${query}`);
  await isConnection(page, "Live");
  await page.getByRole("heading", { name: "Readers & agents" }).waitFor();
  return page;
}

const options = (page: Page) => page.getByRole("listbox", { name: "Agents" }).getByRole("option");
const option = (page: Page, id: string) => page.locator(`#agent-${id}`);
const pane = (page: Page) => page.getByRole("region", { name: "The open agent" });
const isShown = (page: Page, id: string, text: RegExp) =>
  until(async () => expect((await textOf(option(page, id))).replaceAll(/\s+/g, " ")).toMatch(text));

/** A fleet on a usual morning: most is well, and some is not. */
async function morning() {
  await fleet.fill("harbour", ["gym-1", "gym-2", "gym-3", "gym-10"]);
  await fleet.report(["gym-1", "gym-2", "gym-3", "gym-10"]);
  await fleet.enrol("north", "desk-1", "desk-2", "gate-7", "gate-8");
  await fleet.report(["desk-1"], { readers: { ready: 2, failed: 1, stalled: 1 } });
  await fleet.report(["desk-2"], { version: "1.1.4", clockSkewMs: -48_000 });
  const outbox = { epoch: 1, nextSeq: 920, taps: 1_240, bytes: 421_000, oldestAgeMs: 22 * minuteMs };
  await fleet.report(["gate-7"], { outbox }, 9 * minuteMs);
  await fleet.report(["gate-8"]);
  await fleet.openGap("gate-8", 101, 104);
}

it("what is abnormal comes first, an agent that falls silent is told by itself, and all of it can be read", {
  timeout: 300_000,
}, async () => {
  const page = await openAgents();
  await page.getByText("Enrol your first agent").waitFor();
  await expectAccessible(page);
  await shoot(page, "agents-none-light");
  await morning();
  await until(async () => expect(await options(page).count()).toBe(8));
  const ids = async () =>
    (await options(page).evaluateAll((all) => all.map(({ id }) => id.slice("agent-".length)))) as string[];
  await until(async () =>
    expect(await ids()).toEqual([
      ...["gate-7", "desk-1", "desk-2", "gate-8", "gym-1", "gym-2", "gym-3", "gym-10"],
    ]),
  );
  await isShown(page, "gate-7", /▲ ?gate-7.*Offline: not heard of for 9 min.*Taps waiting: 1,240/);
  await isShown(page, "desk-1", /2 of 4 readers take no taps/);
  await isShown(page, "gym-1", /Online/);
  await expectAccessible(page);
  await shoot(page, "agents-light");

  await fleet.silence("gym-2", 2.9 * minuteMs);
  await isShown(page, "gym-2", /Offline: not heard of for 3 min/);
  expect((await ids()).slice(0, 2)).toEqual(["gate-7", "gym-2"]);
  await fleet.report(["gym-2"]);
  await isShown(page, "gym-2", /Online/);

  await option(page, "gate-7").click();
  await pane(page).getByText("A tap has waited for 31 min").waitFor();
  await pane(page).getByText("How they are now is not known", { exact: false }).waitFor();
  await pane(page).getByText("a new reader PC").waitFor();
  await isSearch(page, "?agent=gate-7");
  await expectAccessible(page);
  await shoot(page, "agents-open-light");
  await page.keyboard.press("t");
  await until(async () => expect(await page.locator("html").getAttribute("data-theme")).toBe("dark"));
  await expectAccessible(page);
  await shoot(page, "agents-open-dark");
  await page.setViewportSize({ width: 390, height: 844 });
  await expectAccessible(page);
  await shoot(page, "agents-phone-open-dark");
  await page.goBack();
  await pane(page).waitFor({ state: "detached" });
  await expectAccessible(page);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  await shoot(page, "agents-phone-dark");
  // As a browser at 200 % has it.
  await page.setViewportSize({ width: 720, height: 450 });
  await page.keyboard.press("t");
  await isStill(page);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(720);
  await expectAccessible(page);
  await shoot(page, "agents-zoomed-light");
  expect(browsing.complaints).toEqual([]);
});

it("the list is worked through by keys alone, and the address holds all that is looked at", {
  timeout: 240_000,
}, async () => {
  await morning();
  const page = await openAgents(vera);
  await until(async () => expect(await options(page).count()).toBe(8));
  const pointedAt = () => page.locator('[role=option][aria-selected="true"]').getAttribute("id");
  expect(await pointedAt()).toBe("agent-gate-7");
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await until(async () => expect(await pointedAt()).toBe("agent-desk-2"));
  await page.keyboard.press("k");
  await page.keyboard.press("o");
  await pane(page).getByRole("heading", { name: "desk-1" }).waitFor();
  await page.keyboard.press("j");
  await pane(page).getByRole("heading", { name: "desk-2" }).waitFor();
  await isSearch(page, "?agent=desk-2");
  await page.keyboard.press("Escape");
  await pane(page).waitFor({ state: "detached" });
  await page.keyboard.press("/");
  await page.keyboard.type("gym 1.2");
  await until(async () => expect(await options(page).count()).toBe(4));
  await page.keyboard.press("Enter");
  await page.keyboard.press("o");
  await page.getByRole("listbox", { name: "Agents" }).focus();
  await page.keyboard.press("End");
  await pane(page).getByRole("heading", { name: "gym-10" }).waitFor();
  await isSearch(page, "?words=gym+1.2&agent=gym-10");
  const other = await openAgents(grace, "?show=trouble&site=north&words=desk&agent=desk-2");
  await until(async () => expect(await options(other).count()).toBe(2));
  await pane(other).getByText("Its clock is off by −48 s").waitFor();
  await other.keyboard.press("?");
  const help = other.getByRole("dialog", { name: "Keys" });
  await help.getByRole("heading", { name: "Readers & agents" }).waitFor();
  expect(await help.getByText("Enrol an agent").count()).toBe(0);
});

it("an admin makes a token, which is shown once, and sees the agent come; then revokes it", {
  timeout: 300_000,
}, async () => {
  await morning();
  const page = await openAgents();
  await until(async () => expect(await options(page).count()).toBe(8));
  await page.keyboard.press("e");
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name of the agent").fill("front-desk");
  await dialog.getByLabel("Site").fill("north");
  await dialog.getByLabel("Why").fill("A new PC at the door");
  await expectAccessible(page);
  await shoot(page, "agents-enrol-light");
  await dialog.getByRole("button", { name: "Make the token" }).click();
  await dialog.getByText(/^tle1-/).waitFor();
  await dialog.getByText("sudo tapline-agent enrol --server https://127.0.0.1:7443 --token-file -").waitFor();
  await dialog.getByRole("img", { name: "The token for front-desk as a QR code" }).waitFor();
  await expectAccessible(page);
  await shoot(page, "agents-token-light");
  const token = await textOf(dialog.getByText(/^tle1-/));
  await fleet.redeem("front-desk", token);
  await dialog.getByText("front-desk has enrolled").waitFor();
  await fleet.report(["front-desk"]);
  await dialog.getByRole("button", { name: "Done" }).click();
  await isShown(page, "front-desk", /front-desk.*north.*Online/);

  await option(page, "front-desk").click();
  await pane(page).getByText("A new PC at the door").waitFor();
  await pane(page).getByRole("button", { name: "Revoke…" }).click();
  await dialog.getByText("Its certificate lets it in no more").waitFor();
  await dialog.getByText("No tap waits in its outbox").waitFor();
  await dialog.getByLabel("Why").fill("It was stolen");
  await dialog.getByLabel("Your password").fill("not my password");
  await dialog.getByRole("button", { name: "Revoke front-desk" }).click();
  await dialog.getByText("the password is not right").waitFor();
  await expectAccessible(page);
  await shoot(page, "agents-revoke-light");
  await dialog.getByLabel("Your password").fill(ada.password);
  await dialog.getByRole("button", { name: "Revoke front-desk" }).click();
  await isShown(page, "front-desk", /Revoked/);
  await pane(page).getByText("It was stolen").waitFor();
  await until(async () =>
    expect(await textOf(pane(page).getByRole("region", { name: "Last in the audit log" }))).toMatch(
      /revoked it.*enrolled.*made a token/s,
    ),
  );
  await pane(page).getByRole("button", { name: "Enrol anew…" }).click();
  await dialog.getByText("There is an agent front-desk already").waitFor();
  await dialog.getByLabel("Why").fill("It was found");
  await dialog.getByLabel("Your password").fill("not my password");
  await dialog.getByRole("button", { name: "Make the token" }).click();
  await dialog.getByText("the password is not right").waitFor();
  await dialog.getByLabel("Your password").fill(ada.password);
  await page.waitForTimeout(300);
  await expectAccessible(page);
  await shoot(page, "agents-enrol-anew-light");
  await dialog.getByRole("button", { name: "Make the token" }).click();
  await dialog.getByText(/^tle1-/).waitFor();
  expect(browsing.complaints.filter((text) => !text.includes("403"))).toEqual([]);
});

it("an admin keeps one agent at settings, and is told beforehand what that does", {
  timeout: 240_000,
}, async () => {
  await morning();
  await fleet.makeSettings({ buzzer: false }, "quiet at night");
  const page = await openAgents(ada, "?agent=gym-1");
  await pane(page).getByRole("button", { name: "Settings, version…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Settings").selectOption({ label: "config 1: quiet at night" });
  await dialog.getByText("Then: config 1, any version.").waitFor();
  await dialog.getByLabel("Why").fill("It rings in the reading room");
  await expectAccessible(page);
  await shoot(page, "agents-pin-light");
  await dialog.getByRole("button", { name: "Keep it at that" }).click();
  await isShown(page, "gym-1", /Not yet at config 1/);
  await pane(page).getByText("It rings in the reading room").waitFor();
  await fleet.report(["gym-1"], { configRevision: 1 });
  await isShown(page, "gym-1", /Online/);
  await pane(page).getByRole("button", { name: "Settings, version…" }).click();
  expect(await dialog.getByLabel("Your password").count()).toBe(0);
  await dialog.getByLabel("Version").fill("9.9.9");
  await dialog.getByLabel("Why").fill("To try it here first");
  await dialog.getByLabel("Your password").fill(ada.password);
  await dialog.getByRole("button", { name: "Keep it at that" }).click();
  await isShown(page, "gym-1", /Not yet at .*9\.9\.9/);
  expect(browsing.complaints).toEqual([]);
});

it("a viewer sees all of it and no acts, and is refused by hand; what cannot be read is said", {
  timeout: 240_000,
}, async () => {
  await morning();
  const page = await openAgents(vera, "?agent=gate-8");
  await pane(page).getByText("numbers").waitFor();
  expect(await page.getByRole("button", { name: /Enrol|…/ }).count()).toBe(0);
  await page.getByText("Enrolling and revoking need the role admin.").waitFor();
  const headers = { origin: site.origin };
  const revoked = await page.request.post(`${site.origin}/api/trpc/agent.revoke`, {
    data: { id: "gate-8", reason: "for fun", password: vera.password },
    headers,
  });
  const made = await page.request.post(`${site.origin}/api/trpc/agent.createToken`, {
    data: { id: "gate-8", reason: "for fun" },
    headers,
  });
  expect([revoked.status(), made.status()]).toEqual([403, 403]);
  const refused = await prisma.auditEntry.findMany({ where: { action: "act.refused" } });
  expect(refused.map(({ subject }) => subject)).toEqual(
    expect.arrayContaining(["verb/agent.revoke", "verb/agent.createToken"]),
  );
  await page.route(/agentBoard\./, (route) => route.abort());
  await page.reload();
  await page.getByText("The agents could not be read").waitFor();
  await shoot(page, "agents-unread-light");
});

it("of a fleet of 600 only a screenful is drawn, wherever the list points, and it is narrowed while words are typed", {
  timeout: 240_000,
}, async () => {
  const ids = Array.from({ length: 600 }, (_, n) => `gate-${n + 1}`);
  await fleet.fill("north", ids);
  await fleet.report(ids);
  const page = await openAgents();
  await page.getByRole("button", { name: /^All 600/ }).waitFor();
  expect(await options(page).count()).toBeLessThan(60);
  for (let press = 0; press < 100; press++) await page.keyboard.press("j");
  await until(async () =>
    expect(await page.locator('[role=option][aria-selected="true"]').getAttribute("id")).toBe(
      "agent-gate-101",
    ),
  );
  expect(await options(page).count()).toBeLessThan(60);
  await page.keyboard.press("/");
  await page.keyboard.type("gate-59");
  await until(async () => expect(await options(page).count()).toBe(11));
  await fleet.report(["gate-599"], { readers: { failed: 4 } });
  await isShown(page, "gate-599", /4 of 4 readers take no taps/);
  expect(await options(page).first().getAttribute("id")).toBe("agent-gate-599");
});
