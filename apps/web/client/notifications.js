// `npm run generate` puts the texts themselves here, and the whole to public/: a service worker is one plain file.
import * as strings from "../strings/generated/client/notifications.ts";

/**
 * The console's service worker: shows what the role alerts sends to this browser, also while no page of the console is open, and opens
 * /alerts when a notification is clicked. Where the browser's push service gives it another address, it tells the server. It keeps nothing, asks
 * the network for nothing else, and stands in no page's way.
 */

const page = "/alerts";

self.addEventListener("install", (event) => event.waitUntil(self.skipWaiting()));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("push", (event) => event.waitUntil(show(event.data)));
self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renew(event)));
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open());
});

/** What came may be of an older or a newer role than this page knows: whatever it is, people hear that there is something. */
function read(data) {
  try {
    const told = data.json();
    if (typeof told?.title === "string") return told;
  } catch {
    // As below.
  }
  return { title: strings.somethingIsToldOfAlerts, body: strings.seeTheConsole };
}

async function show(data) {
  const { title, body, alertId, kind, severity } = read(data);
  const isCall = kind === "call" || kind === "test" || kind === "more";
  await self.registration.showNotification(title, {
    body: typeof body === "string" ? body : "",
    // Of one alert the newest stands: that it is over takes the place of its call, without a sound.
    ...(typeof alertId === "string" ? { tag: alertId, renotify: isCall } : {}),
    silent: !isCall,
    requireInteraction: isCall && severity === "critical",
  });
}

/** A page of the console that shows alerts comes to the front; where there is none, one is opened. */
async function open() {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const shown = pages.find(({ url }) => new URL(url).pathname === page);
  await (shown === undefined ? self.clients.openWindow(page) : shown.focus());
}

/** By the session that this browser has. Where it has none any more, or the server will not, whoever is here hears that nothing comes now. */
async function renew({ oldSubscription, newSubscription }) {
  // Which one it was tells nobody else: the page sees that there is none, and offers to switch it on.
  if (!oldSubscription) return;
  try {
    const fresh =
      newSubscription ?? (await self.registration.pushManager.subscribe(optionsOf(oldSubscription)));
    const { endpoint, keys } = fresh.toJSON();
    const subscription = { endpoint, keys: { p256dh: keys.p256dh, auth: keys.auth } };
    const response = await fetch("/api/trpc/push.renew", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ subscription, replaces: await markOf(oldSubscription.endpoint) }),
    });
    if (response.ok) return;
    await fresh.unsubscribe();
  } catch {
    // As below.
  }
  await self.registration.showNotification(strings.thisBrowserIsNotifiedNoLonger, {
    body: strings.switchThemOnAgain,
    tag: "ended",
  });
}

function optionsOf({ options }) {
  return { userVisibleOnly: true, applicationServerKey: options.applicationServerKey };
}

/** By what the server knows it: the first 32 hexadecimal digits of the endpoint's SHA-256. */
async function markOf(endpoint) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(endpoint));
  const hex = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0"));
  return hex.join("").slice(0, 32);
}
