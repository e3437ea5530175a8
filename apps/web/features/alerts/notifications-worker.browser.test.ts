import type { PushSubscription } from "@tapline/core/alerts";
import type { CDPSession, Page } from "playwright-core";
import { expect } from "vitest";
import { browserAt } from "../../../../packages/core/src/alerts/channels/open-push.fixture.ts";
import { until } from "../../test-site/browsing.ts";
import { dialog, type Notifying, notifyingSite, opener, standInForPushService } from "./notify.fixture.ts";

let notifying: Notifying;
const it = notifyingSite((started) => {
  notifying = started;
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
    cdp.send("ServiceWorker.deliverPushMessage", { origin: notifying.site.origin, registrationId, data });
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
  const page = await notifying.openAlerts();
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
  await until(async () => {
    // As a push service does: what a busy browser dropped is delivered again.
    await push("no JSON at all");
    expect((await shown(page)).map(({ title }) => title)).toContain(
      "Tapline has something to tell about alerts",
    );
  });
  expect(notifying.browsing.complaints).toEqual([]);
});

it("a click brings the page of alerts, and puts the notification away", { timeout: 150_000 }, async () => {
  const page = await notifying.openAlerts();
  const push = await startWorker(page);
  await push(JSON.stringify({ kind: "call", severity: "info", alertId: "a-2", title: "t", body: "" }));
  await until(async () => expect(await shown(page)).toHaveLength(1));
  await page.goto(`${notifying.site.origin}/`);
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
  const page = await notifying.openAlerts({ prepare: standInForPushService });
  await opener(page).click();
  await dialog(page).getByRole("button", { name: "Notify this browser" }).click();
  await dialog(page).getByText("This browser is notified of alerts").waitFor();
  const [before] = await notifying.kept();
  const { subscription } = browserAt("https://push.example/moved");
  await move(page, "https://push.example/this-browser", subscription);
  const { endpoint, keys } = subscription;
  expect(await notifying.kept()).toMatchObject([
    { id: before?.id, endpoint, ...keys, sessionId: before?.sessionId },
  ]);
  expect(await shown(page)).toEqual([]);
  await page.context().clearCookies();
  await move(page, endpoint, browserAt("https://push.example/again").subscription);
  expect(await notifying.kept()).toMatchObject([{ endpoint }]);
  expect(await shown(page)).toMatchObject([{ title: "This browser is notified of alerts no longer" }]);
});
