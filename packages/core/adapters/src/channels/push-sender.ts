import {
  type AlertNotice,
  type DeliveryOutcome,
  type PushSubscription,
  pushForm,
  pushHeaders,
  sealPush,
  vapidHeader,
} from "@tapline/core/alerts";
import type { PushKey } from "./push-key.ts";
import type { WebhookSender } from "./webhook-sender.ts";

/** Where subscriptions are kept. */
export type Browsers = {
  /** Null where there is none to send to. */
  readonly find: (
    id: string,
  ) => Promise<{ readonly subscription: PushSubscription; readonly serverKey: string } | null>;
  readonly forget: (id: string) => Promise<void>;
};

export type PushParts = {
  readonly browsers: Browsers;
  readonly key: Pick<PushKey, "read">;
  /** It goes where the guard lets webhooks go. */
  readonly webhooks: Pick<WebhookSender, "post">;
  readonly clock: () => number;
};

const elsewhere =
  "its push service is not on the open internet; where it is meant, name its network in TAPLINE_ALERT_NETWORKS";

/** What push services answer for a subscription that is over (RFC 8030 §7.3, and what is usual). */
const gone = new Set([404, 410]);

/** Notifies browsers by their push services (RFC 8030). */
export class PushSender {
  readonly #parts: PushParts;

  constructor(parts: PushParts) {
    this.#parts = parts;
  }

  /**
   * Tries once, and forgets a browser that is gone. No outcome holds an endpoint.
   * @param recipient id of a subscription
   * @param contact where the push service finds us, `mailto:` or `https:`; null = we do not say
   */
  async send(recipient: string, notice: AlertNotice, contact: string | null): Promise<DeliveryOutcome> {
    const { browsers, key, webhooks, clock } = this.#parts;
    const browser = await browsers.find(recipient);
    if (browser === null)
      return {
        kind: "refused",
        fault: "this browser was switched off, or its person may not be told any more",
      };
    const { subscription, serverKey } = browser;
    const vapid = await key.read();
    if (serverKey !== vapid.publicKey) {
      await browsers.forget(recipient);
      return { kind: "refused", fault: "this browser waits for messages by a key that is not ours any more" };
    }
    const { endpoint } = subscription;
    const headers = {
      ...{ "content-type": "application/octet-stream", "content-encoding": "aes128gcm" },
      ...pushHeaders(notice, recipient, clock()),
      authorization: vapidHeader(vapid, endpoint, contact, clock()),
    };
    const body = sealPush(Buffer.from(pushForm(notice)), subscription);
    const outcome = await webhooks.post(endpoint, headers, body);
    if (outcome.kind === "sent") return outcome;
    // Refused unasked, by the guard: where a name of the person's choice leads within our networks is told to nobody.
    if (outcome.kind === "refused" && outcome.status === undefined)
      return { kind: "refused", fault: elsewhere };
    if (!gone.has(outcome.status ?? 0)) return outcome;
    await browsers.forget(recipient);
    return { kind: "refused", fault: `${outcome.fault}: this browser is gone, and forgotten` };
  }
}
