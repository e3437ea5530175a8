import { connectPrisma, type PrismaClient, ReleaseDesk } from "@tapline/adapters/prisma";
import type { Page } from "playwright-core";
import { afterAll, beforeEach, expect } from "vitest";
import { type AlertSite, ada, alertSite, grace, vera } from "../../test-site/alert-site.fixture.ts";
import { expectAccessible, isConnection, isSearch, shoot, textOf, until } from "../../test-site/browsing.ts";

let site: AlertSite["site"];
let prisma: PrismaClient;
let desk: ReleaseDesk;
const act = { actor: { kind: "operator", id: "ola" }, reason: "a new sensor", dryRun: false } as const;

const { it, open } = alertSite(async (there) => {
  ({ site } = there);
  prisma = connectPrisma(site.databaseUrl);
  desk = new ReleaseDesk(prisma, Date.now);
});
beforeEach(async () => {
  // Nothing is there where no Chromium is.
  if (site === undefined) return;
  // What an earlier test, or try, has left under way comes to its end.
  for (const shift of await desk.open())
    await desk.note(shift, { ...shift.state, phase: "rolled-back", why: "a test has ended" }, null);
});
afterAll(() => prisma?.$disconnect());

async function openReleases(who = ada, path = "/releases"): Promise<Page> {
  const page = await open(who, path);
  await isConnection(page, "Live");
  await page.getByRole("heading", { level: 1 }).waitFor();
  return page;
}

const services = (page: Page) => page.getByRole("listbox", { name: "Services" });
const pane = (page: Page) => page.getByRole("region", { name: "The open service" });
const isShown = (page: Page, service: string, text: RegExp) =>
  until(async () =>
    expect(await textOf(services(page).getByRole("option").filter({ hasText: service }))).toMatch(text),
  );

async function confirm(page: Page, button: string, password: string): Promise<void> {
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Why").fill("It counts steps wrongly");
  await dialog.getByLabel("Your password").fill(password);
  await dialog.getByRole("button", { name: button, exact: true }).click();
}

it("an admin makes a release and leads a service to it, told beforehand what that does", {
  timeout: 300_000,
}, async () => {
  const page = await openReleases();
  await isShown(page, "encryption", /As installed.*nothing/);
  await shoot(page, "releases-none-light");
  await services(page).getByText("encryption").click();
  await isSearch(page, "?service=encryption");
  await pane(page).getByRole("button", { name: "Make a release…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel(/^Version/).fill("1.5.0");
  await dialog.getByLabel(/^Settings/).fill("LOG_LEVEL");
  await dialog.getByText("is no setting").waitFor();
  await dialog.getByLabel(/^Settings/).fill("LOG_LEVEL=debug");
  await confirm(page, "Make the release", ada.password);
  await page.getByText(/Release \d+ of encryption is made/).waitFor();
  await pane(page)
    .getByRole("button", { name: /^Lead encryption to release \d+…$/ })
    .first()
    .click();
  await page
    .getByRole("dialog")
    .getByText(/by 10, 25, 50, 100 %/)
    .first()
    .waitFor();
  await page.getByRole("dialog").getByText("Quick").click();
  await page
    .getByRole("dialog")
    .getByText(/\(green\) by 50, 100 %/)
    .waitFor();
  await expectAccessible(page);
  await confirm(page, "Begin", ada.password);
  await page.getByText(/Begun: encryption goes from/).waitFor();
  await isShown(page, "encryption", /comes up/);
});

it("who watches sees the evidence side by side and each step; an operator rolls back, and the history keeps how it was", {
  timeout: 300_000,
}, async () => {
  const content = { service: "validation", version: "1.4.0", config: {}, rules: null } as const;
  const made = await desk.make(content, act);
  const { shift } = await desk.shift(made.id, act);
  const [page, looking] = [
    await openReleases(grace, "/releases?service=validation"),
    await openReleases(vera, "/releases?service=validation"),
  ];
  await isShown(looking, "validation", /comes up/);
  const now = Date.now();
  await desk.note(
    shift,
    {
      ...shift.state,
      phase: "routing",
      sinceEpochMs: now,
      routedAtEpochMs: now,
      size: 2,
      why: "it is ready",
    },
    {
      ...{ atEpochMs: now, attempts: { stable: 900, target: 102 } },
      verdict: { is: "bad", why: "errors: 4.9 % rather than 0.1 %" },
      checks: [
        { name: "errors", isBad: true, stable: 0.001, target: 0.049 },
        { name: "latency", isBad: false, stable: 41, target: 44 },
      ],
    },
  );
  await isShown(looking, "validation", /gets its share.*10 %.*bad/);
  await pane(page).getByRole("table", { name: "Evidence" }).getByText("4.9 %").waitFor();
  await expectAccessible(page);
  await shoot(page, "releases-shift-light");
  await page.emulateMedia({ colorScheme: "dark" });
  await expectAccessible(page);
  await shoot(page, "releases-shift-dark");
  expect(await looking.getByRole("button", { name: "Roll back…" }).count()).toBe(0);
  expect(await page.getByRole("button", { name: "Promote…" }).count()).toBe(0);
  await pane(page).getByRole("button", { name: "Roll back…" }).click();
  await page
    .getByRole("dialog")
    .getByText(/routing → returning, share of the new release 10 → 0 %/)
    .waitFor();
  await confirm(page, "Roll back", grace.password);
  await isShown(looking, "validation", /goes back.*0 %/);
  const history = await openReleases(vera, `/releases/history?shift=${shift.id}`);
  const opened = history.getByRole("region", { name: "The open shift" });
  await opened.getByText("It counts steps wrongly").waitFor();
  await expectAccessible(history);
  await shoot(history, "releases-history-light");
  for (const [path, told] of [
    ["/releases?service=nobody", "No service with releases is called this."],
    ["/releases/history?shift=9999", "No shift has this number."],
  ] as const)
    await (await openReleases(vera, path)).getByText(told).waitFor();
});
