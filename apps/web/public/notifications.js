/**
 * The console's service worker: shows what the role alerts sends to this browser, also while no page of the console is open, and opens
 * /alerts when a notification is clicked. It keeps nothing, asks the network for nothing, and stands in no page's way.
 */

const page = "/alerts";

self.addEventListener("install", (event) => event.waitUntil(self.skipWaiting()));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("push", (event) => event.waitUntil(show(event.data)));
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
  return { title: "Tapline has something to tell about alerts", body: "See the console." };
}

async function show(data) {
  const { title, body, alertId, kind, severity } = read(data);
  const isCall = kind === "call" || kind === "test";
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
