import {
  type AlertNotice,
  type DeliveryOutcome,
  type PushSubscription,
  pushForm,
  pushHeaders,
  sealPush,
  vapidHeader,
  type WebPushChannel,
} from "@tapline/core/alerts";
import { HostBreaker } from "./host-breaker.ts";
import type { PushKey } from "./push-key.ts";
import type { PostOutcome, WebhookSender } from "./webhook-sender.ts";

/** Where subscriptions are kept. */
export type Browsers = {
  /** Null where there is none to send to. */
  readonly find: (
    id: string,
    channel: WebPushChannel,
  ) => Promise<{ readonly subscription: PushSubscription; readonly serverKey: string } | null>;
  readonly forget: (id: string) => Promise<void>;
};

export type PushParts = {
  readonly browsers: Browsers;
  readonly key: Pick<PushKey, "read">;
  /** Its guard lets it go where browsers may say that they are. */
  readonly posts: Pick<WebhookSender, "post">;
  readonly clock: () => number;
};

/** Push services answer within a second; one that hangs is not worth waiting for, ms. */
export const pushTimeoutMs = 5_000;

const elsewhere = "its push service is none that browsers are notified by: see TAPLINE_PUSH_SERVICES";

const otherKey =
  "web-push-key of the process that tried is not the one by which this browser is notified; put the installation's file there";

/** What push services answer for a subscription that is over (RFC 8030 §7.3, and what is usual). */
const gone = new Set([404, 410]);

/** Notifies browsers by their push services (RFC 8030). */
export class PushSender {
  readonly #parts: PushParts;
  readonly #breaker: HostBreaker;

  constructor(parts: PushParts) {
    this.#parts = parts;
    this.#breaker = new HostBreaker(parts.clock);
  }

  /**
   * Tries once, and forgets a browser that is gone. No outcome holds an endpoint.
   * @param channel as it stands now: who it reaches is asked again
   * @param recipient id of a subscription
   * @param contact where the push service finds us, `mailto:` or `https:`; null = we do not say
   */
  async send(
    channel: WebPushChannel,
    recipient: string,
    notice: AlertNotice,
    contact: string | null,
  ): Promise<DeliveryOutcome> {
    const { browsers, key, clock } = this.#parts;
    const browser = await browsers.find(recipient, channel);
    if (browser === null)
      return {
        kind: "refused",
        fault: "this browser was switched off, or its person may not be told any more",
      };
    const { subscription, serverKey } = browser;
    const vapid = await key.read();
    // The browser is well, and so may another process be: its key is the installation's.
    if (serverKey !== vapid.publicKey) return { kind: "failed", fault: otherKey, retryAfterMs: null };
    const { endpoint } = subscription;
    const headers = {
      ...{ "content-type": "application/octet-stream", "content-encoding": "aes128gcm" },
      ...pushHeaders(notice, recipient, clock()),
      authorization: vapidHeader(vapid, endpoint, contact, clock()),
    };
    const body = sealPush(Buffer.from(pushForm(notice)), subscription);
    const outcome = await this.#post(endpoint, headers, body);
    if (outcome.kind === "sent") return outcome;
    // Refused unasked, by the guard: where a name of the person's choice leads within our networks is told to nobody.
    if (outcome.kind === "refused" && outcome.status === undefined)
      return { kind: "refused", fault: elsewhere };
    if (!gone.has(outcome.status ?? 0)) return outcome;
    await browsers.forget(recipient);
    return { kind: "refused", fault: `${outcome.fault}: this browser is gone, and forgotten` };
  }
  /** A push service that answers nothing is let alone for a time, so that it costs no more than now and then an attempt. */
  async #post(
    endpoint: string,
    headers: Readonly<Record<string, string>>,
    body: Buffer,
  ): Promise<PostOutcome> {
    const { host } = new URL(endpoint);
    const pauseMs = this.#breaker.pauseOf(host);
    if (pauseMs > 0) {
      const seconds = Math.ceil(pauseMs / 1_000);
      const fault = `its push service did not answer several times; it is asked again in ${seconds} s`;
      return { kind: "failed", fault, retryAfterMs: pauseMs };
    }
    const outcome = await this.#parts.posts.post(endpoint, headers, body);
    this.#breaker.note(host, outcome.kind !== "failed" || outcome.status !== undefined);
    return outcome;
  }
}
