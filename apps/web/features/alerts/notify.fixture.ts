import { generateKeyPairSync } from "node:crypto";
import { connectPrisma, type PrismaClient } from "@tapline/adapters/prisma";
import { PushSubscriptions } from "@tapline/adapters/prisma/alerts";
import { openVapidKey } from "@tapline/core/alerts";
import { pagesBuiltWithinMs } from "@tapline/tools/test-servers";
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, inject, test } from "vitest";
import { browserAt } from "../../../../packages/core/src/alerts/channels/open-push.fixture.ts";
import { Browsing } from "../../test-site/browsing.ts";
import { person, startSite } from "../../test-site/start-site.ts";

const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
export const { publicKey } = openVapidKey(privateKey.export({ type: "pkcs8", format: "pem" }).toString());

/** A console that notifies browsers, and a browser in which somebody is signed in to it. */
async function startNotifying(chromiumPath: string) {
  const [site, browsing] = await Promise.all([startSite(), Browsing.start(chromiumPath)]);
  const prisma: PrismaClient = connectPrisma(site.databaseUrl);
  await new PushSubscriptions(prisma, Date.now).announceKey(publicKey);
  return {
    ...{ site, browsing, prisma },
    openAlerts: async ({ mayNotify = true, prepare = async (_context: BrowserContext) => {} } = {}) => {
      const page = await browsing.openPage();
      if (mayNotify) await page.context().grantPermissions(["notifications"], { origin: site.origin });
      await prepare(page.context());
      const headers = { origin: site.origin };
      await page.request.post(`${site.origin}/api/auth/sign-in/email`, { data: person, headers });
      await page.goto(`${site.origin}/alerts`);
      return page;
    },
    kept: () => prisma.pushSubscription.findMany(),
    stop: async () => {
      await prisma.$disconnect();
      await browsing.close();
      await site.stop();
    },
  };
}

export type Notifying = Awaited<ReturnType<typeof startNotifying>>;

/** One for the test file that asks for it, there before its tests and gone after them; before each no browser is notified. */
export function notifyingSite(onStarted: (notifying: Notifying) => void) {
  const chromiumPath = inject("chromium");
  let started: Notifying | undefined;
  beforeAll(async () => {
    if (chromiumPath === null) return;
    started = await startNotifying(chromiumPath);
    onStarted(started);
  }, pagesBuiltWithinMs);
  beforeEach(() => started?.prisma.pushSubscription.deleteMany());
  afterEach(() => started?.browsing.closePages());
  afterAll(() => started?.stop());
  return test.skipIf(chromiumPath === null);
}

export const opener = (page: Page) =>
  page.getByRole("button", { name: /^(Notify this browser|This browser is notified)$/ });
export const dialog = (page: Page) => page.getByRole("dialog", { name: "Notifications in browsers" });

/**
 * In place of a vendor's push service, which this Chromium does not have: a subscription as one gives it out. All else is the browser's own.
 */
export async function standInForPushService(context: BrowserContext): Promise<void> {
  const { subscription } = browserAt("https://push.example/this-browser");
  await context.addInitScript((given) => {
    const key = "stand-in-subscribed";
    const made = {
      endpoint: given.endpoint,
      toJSON: () => given,
      unsubscribe: async () => {
        localStorage.removeItem(key);
        return true;
      },
    };
    const current = async () => (localStorage.getItem(key) === null ? null : made);
    Object.assign(PushManager.prototype, {
      getSubscription: current,
      subscribe: async ({ applicationServerKey }: { applicationServerKey: Uint8Array }) => {
        localStorage.setItem(key, String(applicationServerKey.length));
        return made;
      },
    });
  }, subscription);
}
