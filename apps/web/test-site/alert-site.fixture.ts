import { connectPrisma } from "@tapline/adapters/prisma";
import { pagesBuiltWithinMs } from "@tapline/tools/test-servers";
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, inject, test } from "vitest";
import { addPerson } from "../server/people/add-person.fixture.ts";
import { type AlertFeed, startAlertFeed } from "./alert-feed.fixture.ts";
import { Browsing } from "./browsing.ts";
import { startFeed } from "./feed.ts";
import { person, type Site, startSite } from "./start-site.ts";

/** An administrator, an operator and a viewer. */
export const ada = person;
export const grace = { email: "grace@console.test", password: "a pass phrase of hers" };
export const vera = { email: "vera@console.test", password: "a pass phrase to look" };

/** A console whose alerts a test raises, and Chromium to look at it. */
export interface AlertSite {
  site: Site;
  browsing: Browsing;
  alerts: AlertFeed;
}

/** How the browser is set up that looks at a page, such as its time zone. */
type BrowserLook = Parameters<Browsing["openPage"]>[0];

type Started = AlertSite & {
  /** What a browser has of the session that each person signed in to, by e-mail. */
  readonly sessions: Map<string, Awaited<ReturnType<BrowserContext["cookies"]>>>;
};

/**
 * One for the test file that asks for it, there before its tests and gone after them; KPIs come in all the while.
 * @param prepare what else is to be there
 */
export function alertSite(prepare?: (there: AlertSite) => Promise<void>) {
  const chromiumPath = inject("chromium");
  let started: Started | undefined;
  let kpis: ReturnType<typeof startFeed> | undefined;
  beforeAll(async () => {
    if (chromiumPath === null) return;
    const [site, browsing] = await Promise.all([startSite(), Browsing.start(chromiumPath)]);
    const alerts = await startAlertFeed(site.databaseUrl, site.redis);
    started = { site, browsing, alerts, sessions: new Map() };
    await addPeople(started);
    await prepare?.(started);
    kpis = startFeed(site.redis);
  }, pagesBuiltWithinMs);
  afterEach(() => started?.browsing.closePages());
  afterAll(async () => {
    kpis?.stop();
    await started?.alerts.stop();
    await started?.browsing.close();
    await started?.site.stop();
  });
  return {
    it: test.skipIf(chromiumPath === null),
    /** A page of the console, looked at by somebody. */
    open: async (who: typeof person, path: string, browser: BrowserLook = {}): Promise<Page> => {
      if (started === undefined) throw new Error("the site stands while tests run");
      const page = await signedIn(started, who, browser);
      await page.goto(`${started.site.origin}${path}`);
      return page;
    },
  };
}

/** By the session that the person has already, where it stands: more than ten sign-ins a minute are refused. */
async function signedIn(
  { site, browsing, sessions }: Started,
  who: typeof person,
  browser: BrowserLook = {},
): Promise<Page> {
  const page = await browsing.openPage(browser);
  const auth = `${site.origin}/api/auth`;
  await page.context().addCookies(sessions.get(who.email) ?? []);
  const session = await page.request.get(`${auth}/get-session`);
  if ((await session.json()) !== null) return page;
  const headers = { origin: site.origin };
  const entered = await page.request.post(`${auth}/sign-in/email`, { data: who, headers });
  expect(entered.status()).toBe(200);
  sessions.set(who.email, await page.context().cookies());
  return page;
}

/** An operator and a viewer. */
async function addPeople({ site }: Started): Promise<void> {
  const prisma = connectPrisma(site.databaseUrl);
  await addPerson(prisma, { ...grace, name: "Grace Hopper", role: "operator" });
  await addPerson(prisma, { ...vera, name: "Vera Looker", role: "viewer" });
  await prisma.$disconnect();
}
