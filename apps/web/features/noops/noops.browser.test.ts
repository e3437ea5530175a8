import { randomBytes } from "node:crypto";
import { connectPrisma, type PrismaClient } from "@tapline/adapters/prisma";
import { NoopsLease, NoopsLog, NoopsRulesDesk } from "@tapline/adapters/prisma/noops";
import { ForecastLog, WishBoard } from "@tapline/adapters/redis";
import { uuidV7 } from "@tapline/core/kernel";
import { type Decision, noopsRulesFormat, parseNoopsRules } from "@tapline/core/noops";
import type { Page } from "playwright-core";
import { afterAll, beforeEach, expect } from "vitest";
import { decisionOf, ruleOf } from "../../../../packages/core/src/noops/decision.fixture.ts";
import { type AlertSite, ada, alertSite, grace, vera } from "../../test-site/alert-site.fixture.ts";
import { expectAccessible, isConnection, isSearch, shoot, textOf, until } from "../../test-site/browsing.ts";

let site: AlertSite["site"];
let prisma: PrismaClient;
let log: NoopsLog;
let fence: number;

const { it, open } = alertSite(async (there) => {
  ({ site } = there);
  prisma = connectPrisma(site.databaseUrl);
  log = new NoopsLog(prisma, Date.now);
});
beforeEach(async () => {
  // Nothing is there where no Chromium is.
  if (site === undefined) return;
  await prisma.noopsSwitch.updateMany({ where: { endedAt: null }, data: { endedAt: new Date() } });
  const rules = [
    ruleOf({ mode: "approval", purpose: "Up as soon as balance wishes for more." }),
    ruleOf({
      ...{ id: "replace-silent-replica", per: "replica", mode: "armed", act: { kind: "replace" } },
      when: "replica(target).silentMs > 30000",
    }),
  ];
  const document = parseNoopsRules({ format: noopsRulesFormat, version: 1, rules });
  await new NoopsRulesDesk(prisma, Date.now).activeOrFirst(document);
  fence = (await new NoopsLease(prisma, 600_000).take("worker-1")) ?? -1;
});
afterAll(() => prisma?.$disconnect());

const fresh = (more: Partial<Decision> = {}): Decision => {
  const now = Date.now();
  return decisionOf({
    ...{ id: uuidV7(now, randomBytes), atEpochMs: now, lastAtEpochMs: now, mode: "approval" },
    evidence: [
      { name: 'wish("validation").replicas', value: 3, ageMs: 900, fault: null },
      { name: 'service("validation").cpuRatio', value: null, ageMs: null, fault: "nobody knows it" },
    ],
    guards: [
      { guard: "kill-switch", passed: true, says: "" },
      { guard: "cool-down", passed: true, says: "nothing was done about it for 20 min" },
    ],
    ...more,
  });
};
const waiting = async (): Promise<Decision> => {
  const decision = fresh({ state: "waiting-approval", expiresAtEpochMs: Date.now() + 3_600_000 });
  await log.add(decision, fence);
  return decision;
};

async function openNoops(who = ada, path = "/noops"): Promise<Page> {
  const page = await open(who, path);
  await isConnection(page, "Live");
  await page.getByText("worker-1 decides").waitFor();
  return page;
}

const list = (page: Page) => page.getByRole("listbox", { name: "Decisions" });
const pane = (page: Page) => page.getByRole("region", { name: "The open decision" });
const isTold = (page: Page, text: string | RegExp) =>
  until(async () => expect(await textOf(page.locator("main"))).toMatch(text));

async function confirm(page: Page, button: string, password?: string): Promise<void> {
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Why").fill("As agreed on the phone");
  if (password !== undefined) await dialog.getByLabel("Your password").fill(password);
  await dialog.getByRole("button", { name: button, exact: true }).click();
}

it("what waits for a person is shown with its evidence, and answered by one of two", {
  timeout: 300_000,
}, async () => {
  const page = await openNoops(grace, "/noops?rule=unheard-of");
  await page.getByText("None matches").waitFor();
  await page.getByRole("button", { name: "Any rule" }).click();
  const { id } = await waiting();
  await list(page).getByRole("option").first().waitFor();
  await page.keyboard.press("o");
  await isSearch(page, `?decision=${id}`);
  await pane(page).getByText("nobody knows it").waitFor();
  await pane(page).getByText("nothing was done about it for 20 min").waitFor();
  await expectAccessible(page);
  await shoot(page, "noops-waiting-light");
  await page.emulateMedia({ colorScheme: "dark" });
  await expectAccessible(page);
  await shoot(page, "noops-waiting-dark");
  const other = await openNoops(ada, `/noops?decision=${id}`);
  await pane(other).getByRole("button", { name: "Deny…" }).waitFor();
  await pane(page).getByRole("button", { name: "Approve…" }).click();
  await confirm(page, "Approve", grace.password);
  await isTold(page, /Approved: scale validation\/blue from 2 to 3 replicas/);
  await pane(other)
    .getByText(/approved by/)
    .waitFor();
  await until(async () => expect(await pane(other).getByRole("button", { name: "Deny…" }).count()).toBe(0));
});

it("one press stops everything for all who look, and only an admin lets it act again", {
  timeout: 300_000,
}, async () => {
  const [page, other] = [await openNoops(grace), await openNoops(ada, "/noops/replicas")];
  await page.keyboard.press("!");
  await confirm(page, "Stop everything now");
  await isTold(page, /Everything is stopped/);
  await isTold(other, /Everything is stopped.*As agreed on the phone/);
  await shoot(page, "noops-stopped-light");
  expect(await page.getByRole("button", { name: "Let it act again…" }).count()).toBe(0);
  await other.getByRole("button", { name: "Let it act again…" }).click();
  await confirm(other, "Let it act", ada.password);
  await isTold(other, /NoOps acts again/);
  await until(async () => expect(await page.getByText("Everything is stopped").count()).toBe(0));
  const begun = await log.begin(fresh({ mode: "armed" }), fence);
  const ended = { before: { replicas: 2 }, after: { replicas: 3 }, undoUntilEpochMs: Date.now() + 3_600_000 };
  await log.end(begun.id, { is: "done", ...ended });
  await list(page).getByText("Done").first().click();
  await pane(page).getByText("replicas: 2 → 3").waitFor();
  await pane(page).getByRole("button", { name: "Undo…" }).click();
  await page
    .getByRole("dialog")
    .getByText(/It will scale validation\/blue .*to 2 replicas/)
    .waitFor();
  await confirm(page, "Undo", grace.password);
  await pane(page).getByRole("button", { name: "Another decision undoes it" }).waitFor();
});

/** An hour of 10 taps/s of which 8 were foretold, at first not trusted, with a gap of ten minutes. */
async function keepForecasts(): Promise<void> {
  const minuteMs = 60_000;
  const now = Math.floor(Date.now() / minuteMs) * minuteMs;
  const log = new ForecastLog(site.redis);
  const foretold = { perSecond: 8, upToPerSecond: 9 };
  for (let back = 60; back >= 0; back--) {
    if (back > 20 && back <= 30) continue;
    await log.add({
      ...{ atEpochMs: now - back * minuteMs, dueEpochMs: now - (back - 1) * minuteMs, aheadMs: 59_500 },
      ...{ isTrusted: back < 49, services: { ingest: { came: 10, foretold } } },
    });
  }
}

it("rules say what they do and may, services what they need; who may only look is offered nothing", {
  timeout: 300_000,
}, async () => {
  const page = await openNoops(ada, "/noops/rules");
  const rules = page.getByRole("listbox", { name: "Rules" });
  await rules.getByText("replace-silent-replica").click();
  const opened = page.getByRole("region", { name: "The open rule" });
  await opened.getByRole("button", { name: "Change its mode…" }).click();
  await page.getByRole("dialog").getByText("Dry run", { exact: true }).click();
  await confirm(page, "Set the mode", ada.password);
  await opened.getByText("Its mode was set by hand").waitFor();
  await until(async () => expect(await textOf(rules)).toContain("written: armed"));
  await expectAccessible(page);
  await shoot(page, "noops-rules-light");
  const readings = {
    ...{ atEpochMs: Date.now(), replicas: 2, arrivalsPerSecond: 61.4, serviceMs: 48, queued: 12 },
    ...{ oldestAgeMs: 40, p99Ms: 80, cpuRatio: 0.7 },
  };
  const wish = {
    wish: 4,
    reactive: 4,
    forecast: null,
    why: ["61.4/s of 48 ms keep 3 busy and need 4"],
    mayLower: false,
  };
  const services = [{ service: "validation", atEpochMs: Date.now(), readings, ...wish }];
  await new WishBoard(site.redis).publish({ atEpochMs: Date.now(), services });
  await keepForecasts();
  const looking = await openNoops(vera, "/noops/replicas");
  const table = looking.getByRole("table", { name: "Replicas" });
  await table.getByText("keep 3 busy and need 4").waitFor();
  const forecasts = looking.getByRole("region", { name: "Forecast against actual" });
  await forecasts.getByText(/off by 20\.0 % of what came.*In 12 of them it was not trusted/).waitFor();
  await forecasts.locator("svg.recharts-surface").waitFor();
  await forecasts.getByText("By the hour, as a table").click();
  await forecasts.getByRole("table").getByText("8", { exact: true }).first().waitFor();
  await shoot(looking, "noops-replicas-light");
  await expectAccessible(looking);
  await forecasts.getByLabel("Of the service").selectOption("transfer");
  await isSearch(looking, "?service=transfer");
  await looking.reload();
  await until(async () => expect(await forecasts.getByRole("combobox").inputValue()).toBe("transfer"));
  const lost = await openNoops(vera, "/noops/rules?rule=taken-out");
  await lost.getByText("No rule in force is called this").waitFor();
  for (const name of ["Pause…", "Stop everything…"])
    expect(await looking.getByRole("button", { name }).count(), name).toBe(0);
});
