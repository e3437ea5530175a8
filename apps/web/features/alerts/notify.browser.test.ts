import { generateKeyPairSync } from "node:crypto";
import {
  AlertChannelsDesk,
  connectPrisma,
  type PrismaClient,
  PushSubscriptions,
} from "@tapline/adapters/prisma";
import {
  alertChannelsFormat,
  openVapidKey,
  type PushSubscription,
  parseAlertChannels,
} from "@tapline/core/alerts";
import { pagesBuiltWithinMs } from "@tapline/tools/test-servers";
import type { BrowserContext, CDPSession, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from "vitest";
import { browserAt } from "../../../../packages/core/src/alerts/channels/open-push.fixture.ts";
import { Browsing, expectAccessible, shoot, until } from "../../test-site/browsing.ts";
import { person, type Site, startSite } from "../../test-site/start-site.ts";

const chromiumPath = inject("chromium");
const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const { publicKey } = openVapidKey(privateKey.export({ type: "pkcs8", format: "pem" }).toString());

let site: Site;
let browsing: Browsing;
let prisma: PrismaClient;

beforeAll(async () => {
  if (chromiumPath === null) return;
  [site, browsing] = await Promise.all([startSite(), Browsing.start(chromiumPath)]);
  prisma = connectPrisma(site.databaseUrl);
  await new PushSubscriptions(prisma, Date.now).announceKey(publicKey);
}, pagesBuiltWithinMs);
beforeEach(() => prisma?.pushSubscription.deleteMany());
afterEach(() => browsing?.closePages());
afterAll(async () => {
  await prisma?.$disconnect();
  await browsing?.close();
  await site?.stop();
});

const it = test.skipIf(chromiumPath === null);

async function openAlerts({ mayNotify = true, prepare = async (_context: BrowserContext) => {} } = {}) {
  const page = await browsing.openPage();
  if (mayNotify) await page.context().grantPermissions(["notifications"], { origin: site.origin });
  await prepare(page.context());
  const headers = { origin: site.origin };
  await page.request.post(`${site.origin}/api/auth/sign-in/email`, { data: person, headers });
  await page.goto(`${site.origin}/alerts`);
  return page;
}

const opener = (page: Page) =>
  page.getByRole("button", { name: /^(Notify this browser|This browser is notified)$/ });
const dialog = (page: Page) => page.getByRole("dialog", { name: "Notifications in browsers" });
const kept = () => prisma.pushSubscription.findMany();

/**
 * In place of a vendor's push service, which this Chromium does not have: a subscription as one gives it out. All else is the browser's own.
 */
async function standInForPushService(context: BrowserContext): Promise<void> {
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

it("asks for nothing before a click, then notifies this browser, knows it again, and ends it", {
  timeout: 150_000,
}, async () => {
  const page = await openAlerts({ prepare: standInForPushService });
  await opener(page).waitFor();
  expect(await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length)).toBe(0);
  await opener(page).click();
  await dialog(page).getByText("This browser is not notified.").waitFor();
  await dialog(page).getByText("No alert channel of kind web-push is released").waitFor();
  await dialog(page).getByText("tapline alerts channel release FILE").waitFor();
  await expectAccessible(page);
  await dialog(page).getByRole("button", { name: "Notify this browser" }).click();
  await dialog(page).getByText("This browser is notified of alerts").waitFor();
  expect(await kept()).toMatchObject([
    { endpoint: "https://push.example/this-browser", serverKey: publicKey, label: "Chrome on Linux" },
  ]);
  expect(await page.evaluate(() => localStorage.getItem("stand-in-subscribed"))).toBe("65");
  await dialog(page).getByText("No alert channel of kind web-push is released").waitFor();
  await shoot(page, "notify-this-browser");
  await page.keyboard.press("Escape");
  await page.keyboard.press("t");
  await until(async () => expect(await page.locator("html").getAttribute("data-theme")).toBe("dark"));
  await opener(page).click();
  await dialog(page).getByText("No alert channel of kind web-push is released").waitFor();
  await expectAccessible(page);
  await shoot(page, "notify-this-browser-dark");
  const release = (channels: object[]) =>
    new AlertChannelsDesk(prisma, Date.now).release(
      parseAlertChannels({ format: alertChannelsFormat, channels }),
      {
        ...{ actor: { kind: "operator", id: "test" }, reason: "for the test", traceId: null },
      },
    );
  await release([{ kind: "web-push", name: "browsers", to: ["eve@example.org"] }]);
  await page.reload();
  await opener(page).click();
  await dialog(page).getByText("No alert channel reaches your browsers").waitFor();
  await release([{ kind: "web-push", name: "browsers" }]);
  await page.reload();
  await page.getByRole("button", { name: "This browser is notified" }).click();
  await dialog(page).getByText("This browser is notified of alerts").waitFor();
  expect(await dialog(page).getByText("so nothing will come").count()).toBe(0);
  await dialog(page).getByRole("button", { name: "Switch off here" }).click();
  await dialog(page).getByText("This browser is not notified.").waitFor();
  expect(await kept()).toEqual([]);
  expect(browsing.complaints).toEqual([]);
});

it("signing out ends it for this browser, and another browser can be ended from here", {
  timeout: 150_000,
}, async () => {
  const page = await openAlerts({ prepare: standInForPushService });
  const { id: userId } = await prisma.user.findFirstOrThrow();
  const { endpoint, keys } = browserAt("https://push.example/phone").subscription;
  const bound = { userId, serverKey: publicKey, label: "Safari on iPhone", createdAt: new Date() };
  await prisma.pushSubscription.create({ data: { id: crypto.randomUUID(), endpoint, ...keys, ...bound } });
  await opener(page).click();
  await dialog(page).getByRole("button", { name: "Notify this browser" }).click();
  await dialog(page).getByText("This browser is notified of alerts").waitFor();
  await dialog(page).getByRole("button", { name: "Switch off Safari on iPhone" }).click();
  await until(async () => expect(await kept()).toMatchObject([{ label: "Chrome on Linux" }]));
  await dialog(page).getByRole("button", { name: "Close" }).click();
  await page.locator('[popovertarget="user-menu"]').click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL(/sign-in/);
  expect(await kept()).toEqual([]);
});

it("a browser that the server has ended, as with a password, takes no messages any more once a page is opened", {
  timeout: 150_000,
}, async () => {
  const page = await openAlerts({ prepare: standInForPushService });
  await opener(page).click();
  await dialog(page).getByRole("button", { name: "Notify this browser" }).click();
  await dialog(page).getByText("This browser is notified of alerts").waitFor();
  await prisma.pushSubscription.deleteMany();
  const subscribed = () => page.evaluate(() => localStorage.getItem("stand-in-subscribed"));
  expect(await subscribed()).not.toBeNull();
  await page.reload();
  await until(async () => expect(await subscribed()).toBeNull());
});

it("says why where the person or the browser will not", { timeout: 150_000 }, async () => {
  const refusing = await openAlerts({ mayNotify: false });
  await opener(refusing).click();
  await dialog(refusing).getByRole("button", { name: "Notify this browser" }).click();
  await dialog(refusing).getByRole("alert").getByText("may not show notifications").waitFor();
  const without = await openAlerts();
  await opener(without).click();
  await dialog(without).getByRole("button", { name: "Notify this browser" }).click();
  await dialog(without).getByRole("alert").getByText("push service cannot be reached").waitFor();
  expect(await kept()).toEqual([]);
});

/** The console's service worker, and what delivers to it as the browser does once it has opened a message. */
async function startWorker(page: Page) {
  const cdp: CDPSession = await page.context().newCDPSession(page);
  const found = Promise.withResolvers<string>();
  cdp.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
    for (const { registrationId, isDeleted } of registrations) if (!isDeleted) found.resolve(registrationId);
  });
  await cdp.send("ServiceWorker.enable");
  await page.evaluate(async () => {
    await navigator.serviceWorker.register("/notifications.js", { scope: "/" });
    await navigator.serviceWorker.ready;
  });
  const registrationId = await found.promise;
  return (data: string) =>
    cdp.send("ServiceWorker.deliverPushMessage", { origin: site.origin, registrationId, data });
}

const shown = (page: Page) =>
  page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    const notifications = await registration.getNotifications();
    return notifications.map(({ title, body, tag, requireInteraction, silent }) => ({
      ...{ title, body, tag, requireInteraction, silent },
    }));
  });

it("shows what is pushed while pages' policy holds, the newest of each alert alone", {
  timeout: 150_000,
}, async () => {
  const page = await openAlerts();
  const push = await startWorker(page);
  const call = {
    kind: "call",
    severity: "critical",
    alertId: "a-1",
    title: "◆ critical · Agent gym-7 is offline",
  };
  await push(JSON.stringify({ ...call, body: "site: north" }));
  await until(async () =>
    expect(await shown(page)).toEqual([
      { title: call.title, body: "site: north", tag: "a-1", requireInteraction: true, silent: false },
    ]),
  );
  await push(JSON.stringify({ ...call, kind: "over", title: "Over: ◆ critical · Agent gym-7 is offline" }));
  await until(async () =>
    expect(await shown(page)).toMatchObject(
      [{ title: /^Over/, requireInteraction: false, silent: true }].map((one) => ({
        ...one,
        title: expect.stringMatching(one.title),
      })),
    ),
  );
  await push("no JSON at all");
  await until(async () =>
    expect((await shown(page)).map(({ title }) => title)).toContain(
      "Tapline has something to tell about alerts",
    ),
  );
  expect(browsing.complaints).toEqual([]);
});

it("a click brings the page of alerts, and puts the notification away", { timeout: 150_000 }, async () => {
  const page = await openAlerts();
  const push = await startWorker(page);
  await push(JSON.stringify({ kind: "call", severity: "info", alertId: "a-2", title: "t", body: "" }));
  await until(async () => expect(await shown(page)).toHaveLength(1));
  await page.goto(`${site.origin}/`);
  const [worker] = page.context().serviceWorkers();
  if (worker === undefined) throw new Error("no service worker runs");
  // A click by a person lets the worker open a window; one that a test makes does not, so that it is told of the wish.
  const wished = await worker.evaluate(async () => {
    const scope = globalThis as unknown as {
      registration: { getNotifications: () => Promise<unknown[]> };
      clients: { openWindow: (url: string) => Promise<void> };
      NotificationEvent: new (type: string, init: object) => Event;
      dispatchEvent: (event: Event) => boolean;
    };
    const wish = Promise.withResolvers<string>();
    scope.clients.openWindow = async (url) => wish.resolve(url);
    const [notification] = await scope.registration.getNotifications();
    scope.dispatchEvent(new scope.NotificationEvent("notificationclick", { notification }));
    return await wish.promise;
  });
  expect(wished).toBe("/alerts");
  await until(async () => expect(await shown(page)).toEqual([]));
});

/** What a push service makes happen in a browser that it moves from one address to another. @returns once it was dealt with */
async function move(page: Page, from: string, to: PushSubscription) {
  const [worker] = page.context().serviceWorkers();
  if (worker === undefined) throw new Error("no service worker runs");
  await worker.evaluate(
    async ({ from, to }) => {
      const done = Promise.withResolvers<void>();
      const event = Object.assign(new Event("pushsubscriptionchange"), {
        oldSubscription: { endpoint: from },
        newSubscription: { endpoint: to.endpoint, toJSON: () => to, unsubscribe: async () => true },
        waitUntil: (work: Promise<void>) => void work.then(done.resolve, done.reject),
      });
      globalThis.dispatchEvent(event);
      await done.promise;
    },
    { from, to },
  );
}

it("a browser that its push service moves tells the server where it is, or its person that nothing comes any more", {
  timeout: 150_000,
}, async () => {
  const page = await openAlerts({ prepare: standInForPushService });
  await opener(page).click();
  await dialog(page).getByRole("button", { name: "Notify this browser" }).click();
  await dialog(page).getByText("This browser is notified of alerts").waitFor();
  const [before] = await kept();
  const { subscription } = browserAt("https://push.example/moved");
  await move(page, "https://push.example/this-browser", subscription);
  const { endpoint, keys } = subscription;
  expect(await kept()).toMatchObject([{ id: before?.id, endpoint, ...keys, sessionId: before?.sessionId }]);
  expect(await shown(page)).toEqual([]);
  await page.context().clearCookies();
  await move(page, endpoint, browserAt("https://push.example/again").subscription);
  expect(await kept()).toMatchObject([{ endpoint }]);
  expect(await shown(page)).toMatchObject([{ title: "This browser is notified of alerts no longer" }]);
});
