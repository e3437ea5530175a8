import { apiClient } from "../../../client/api.ts";
import { canBeNotified, markOfThisBrowser } from "../../../client/this-browser.ts";
import * as strings from "../../../strings/generated/shell/alarm/notify.ts";

/** One takes the other's place: what is new is in the list that it leads to. */
const tag = "tapline-critical";

/** Whether this page may show notifications; `null`: nobody was asked yet. */
export function mayNotify(): boolean | null {
  if (!("Notification" in window)) return false;
  return Notification.permission === "default" ? null : Notification.permission === "granted";
}

/** Asks for the right to show notifications. Only where somebody has clicked. */
export async function askToNotify(): Promise<void> {
  if (mayNotify() === null) await Notification.requestPermission();
}

/** Shows a notification by this page, without a sound of its own, where it may, and where the server does not notify this browser anyway. */
export async function notify(text: string): Promise<void> {
  if (mayNotify() !== true || (await isNotifiedByServer())) return;
  try {
    const shown = new Notification(strings.tapline, {
      body: text,
      tag,
      requireInteraction: true,
      silent: true,
    });
    shown.addEventListener("click", () => {
      window.focus();
      window.location.assign("/alerts");
      shown.close();
    });
  } catch {
    // Phones show none of a page's own: there the sound has to do.
  }
}

/** Where it is not known it is taken not to be: told twice is better than never. */
async function isNotifiedByServer(): Promise<boolean> {
  try {
    const mark = canBeNotified() ? await markOfThisBrowser() : null;
    if (mark === null) return false;
    const { browsers, channels } = await apiClient.push.state.query();
    return channels.length > 0 && browsers.some((browser) => browser.mark === mark);
  } catch {
    return false;
  }
}
