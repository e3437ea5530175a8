import { AlertChannelsDesk } from "@tapline/adapters/prisma/alerts";
import { alertChannelsFormat, parseAlertChannels } from "@tapline/core/alerts";
import { expect } from "vitest";
import { browserAt } from "../../../../packages/core/src/alerts/channels/open-push.fixture.ts";
import { expectAccessible, shoot, until } from "../../test-site/browsing.ts";
import {
  dialog,
  type Notifying,
  notifyingSite,
  opener,
  publicKey,
  standInForPushService,
} from "./notify.fixture.ts";

let notifying: Notifying;
const it = notifyingSite((started) => {
  notifying = started;
});

it("asks for nothing before a click, then notifies this browser, knows it again, and ends it", {
  timeout: 150_000,
}, async () => {
  const page = await notifying.openAlerts({ prepare: standInForPushService });
  await opener(page).waitFor();
  expect(await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length)).toBe(0);
  await opener(page).click();
  await dialog(page).getByText("This browser is not notified.").waitFor();
  await dialog(page).getByText("No alert channel of kind web-push is released").waitFor();
  await dialog(page).getByText("tapline alerts channel release FILE").waitFor();
  await expectAccessible(page);
  await dialog(page).getByRole("button", { name: "Notify this browser" }).click();
  await dialog(page).getByText("This browser is notified of alerts").waitFor();
  expect(await notifying.kept()).toMatchObject([
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
    new AlertChannelsDesk(notifying.prisma, Date.now).release(
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
  expect(await notifying.kept()).toEqual([]);
  expect(notifying.browsing.complaints).toEqual([]);
});

it("signing out ends it for this browser, and another browser can be ended from here", {
  timeout: 150_000,
}, async () => {
  const page = await notifying.openAlerts({ prepare: standInForPushService });
  const { id: userId } = await notifying.prisma.user.findFirstOrThrow();
  const { endpoint, keys } = browserAt("https://push.example/phone").subscription;
  const bound = { userId, serverKey: publicKey, label: "Safari on iPhone", createdAt: new Date() };
  await notifying.prisma.pushSubscription.create({
    data: { id: crypto.randomUUID(), endpoint, ...keys, ...bound },
  });
  await opener(page).click();
  await dialog(page).getByRole("button", { name: "Notify this browser" }).click();
  await dialog(page).getByText("This browser is notified of alerts").waitFor();
  await dialog(page).getByRole("button", { name: "Switch off Safari on iPhone" }).click();
  await until(async () => expect(await notifying.kept()).toMatchObject([{ label: "Chrome on Linux" }]));
  await dialog(page).getByRole("button", { name: "Close" }).click();
  await page.locator('[popovertarget="user-menu"]').click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL(/sign-in/);
  expect(await notifying.kept()).toEqual([]);
});

it("a browser that the server has ended, as with a password, takes no messages any more once a page is opened", {
  timeout: 150_000,
}, async () => {
  const page = await notifying.openAlerts({ prepare: standInForPushService });
  await opener(page).click();
  await dialog(page).getByRole("button", { name: "Notify this browser" }).click();
  await dialog(page).getByText("This browser is notified of alerts").waitFor();
  await notifying.prisma.pushSubscription.deleteMany();
  const subscribed = () => page.evaluate(() => localStorage.getItem("stand-in-subscribed"));
  expect(await subscribed()).not.toBeNull();
  await page.reload();
  await until(async () => expect(await subscribed()).toBeNull());
});

it("says why where the person or the browser will not", { timeout: 150_000 }, async () => {
  const refusing = await notifying.openAlerts({ mayNotify: false });
  await opener(refusing).click();
  await dialog(refusing).getByRole("button", { name: "Notify this browser" }).click();
  await dialog(refusing).getByRole("alert").getByText("may not show notifications").waitFor();
  const without = await notifying.openAlerts();
  await opener(without).click();
  await dialog(without).getByRole("button", { name: "Notify this browser" }).click();
  await dialog(without).getByRole("alert").getByText("push service cannot be reached").waitFor();
  expect(await notifying.kept()).toEqual([]);
});
