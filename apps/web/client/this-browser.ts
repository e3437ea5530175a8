import * as strings from "../strings/generated/client/this-browser.ts";
import { apiClient, detailOf } from "./api.ts";
import { browserLabel } from "./browser-label.ts";

const serviceWorker = "/notifications.js";

/** Whether this browser can be notified at all: by https, or on the machine itself. */
export function canBeNotified(): boolean {
  return "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
}

/** By what the server knows this browser; null where it waits for no notifications. */
export async function markOfThisBrowser(): Promise<string | null> {
  const subscription = await subscriptionHere();
  return subscription === null ? null : await markOf(subscription.endpoint);
}

/** Why a browser was not switched on, in words for its person. */
export class NotSwitchedOn extends Error {}

/**
 * Asks the person, subscribes, and tells the server. Only where somebody has clicked: browsers ask for nothing else.
 * @param key the server's, base64url
 * @throws NotSwitchedOn where person or browser will not
 */
export async function switchOn(key: string): Promise<void> {
  if ((await Notification.requestPermission()) !== "granted")
    throw new NotSwitchedOn(strings.thisBrowserMayNotShow);
  await navigator.serviceWorker.register(serviceWorker, { scope: "/" });
  const { pushManager } = await navigator.serviceWorker.ready;
  // One that is bound to another key takes no messages by this one.
  await (await pushManager.getSubscription())?.unsubscribe();
  const subscription = await subscribe(pushManager, key);
  try {
    await apiClient.push.subscribe.mutate({
      ...{ subscription: formOf(subscription), serverKey: key },
      label: browserLabel(navigator.userAgent),
    });
  } catch (error) {
    await subscription.unsubscribe().catch(() => false);
    throw error;
  }
}

/** Ends it in this browser; the server's part is another call. */
export async function unsubscribeHere(): Promise<void> {
  await (await subscriptionHere())?.unsubscribe();
}

/** Errors by which the server says that whoever is signed in is not notified here, or may not be. */
const endings: readonly unknown[] = ["not-found", "forbidden"];

/**
 * For whoever opens the console: where this browser is notified it goes on by the session of now; where the server has ended that, or it was
 * another person who asked for it, it takes no messages any more.
 */
export async function carryOn(): Promise<void> {
  const subscription = canBeNotified() ? await subscriptionHere() : null;
  if (subscription === null) return;
  try {
    const replaces = await markOf(subscription.endpoint);
    await apiClient.push.renew.mutate({ subscription: formOf(subscription), replaces });
  } catch (error) {
    if (endings.includes(detailOf(error)?.code)) await subscription.unsubscribe();
  }
}

/** For whoever signs out: the next person here is not notified in his place. Where the server does not answer it learns of it by itself. */
export async function forgetThisBrowser(): Promise<void> {
  try {
    const mark = canBeNotified() ? await markOfThisBrowser() : null;
    if (mark === null) return;
    await unsubscribeHere();
    const { browsers } = await apiClient.push.state.query();
    const own = browsers.find((browser) => browser.mark === mark);
    if (own !== undefined) await apiClient.push.unsubscribe.mutate({ id: own.id });
  } catch {
    // The push service says that the browser is gone, as soon as something is sent there.
  }
}

async function subscribe(pushManager: PushManager, key: string): Promise<PushSubscription> {
  try {
    return await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytesOf(key) });
  } catch {
    throw new NotSwitchedOn(strings.thisBrowsersPushServiceCannot);
  }
}

/** As the server takes it. */
function formOf(subscription: PushSubscription) {
  const { endpoint = "", keys: { p256dh = "", auth = "" } = {} } = subscription.toJSON();
  return { endpoint, keys: { p256dh, auth } };
}

async function subscriptionHere(): Promise<PushSubscription | null> {
  const registration = await navigator.serviceWorker.getRegistration("/");
  return (await registration?.pushManager.getSubscription()) ?? null;
}

/** The first 32 hexadecimal digits of the endpoint's SHA-256: endpoints are secrets, and come back from no server. */
async function markOf(endpoint: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(endpoint));
  const hex = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0"));
  return hex.join("").slice(0, 32);
}

function bytesOf(base64url: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
