import {
  type AlertChannels,
  type AlertNotice,
  type Channel,
  type DeliveryOutcome,
  mailForm,
  type NoticeLinks,
  signWebhook,
  type WebhookChannel,
  webhookForm,
} from "@tapline/core/alerts";
import { messageOf, TaplineError } from "@tapline/core/kernel";
import { sendMail } from "./mailer.ts";
import type { PushSender } from "./push-sender.ts";
import type { SecretFolder } from "./secret-folder.ts";
import type { WebhookSender } from "./webhook-sender.ts";

/** One thing to deliver. */
export type Parcel = {
  /** `deliveryKey`: the same each time it is tried. */
  readonly key: string;
  /** Which of the channel's browsers; "" for channels of other kinds. */
  readonly recipient: string;
  readonly notice: AlertNotice;
  readonly links: NoticeLinks;
};

export type CourierParts = {
  readonly secrets: Pick<SecretFolder, "read">;
  readonly webhooks: Pick<WebhookSender, "post">;
  readonly pushes: Pick<PushSender, "send">;
  readonly clock: () => number;
};

/** Brings notices to whatever a channel is. */
export class Courier {
  readonly #parts: CourierParts;

  constructor(parts: CourierParts) {
    this.#parts = parts;
  }

  /** Tries once. Never throws; no outcome holds a secret. */
  async deliver(channel: Channel, { mail }: AlertChannels, parcel: Parcel): Promise<DeliveryOutcome> {
    try {
      if (channel.kind === "webhook") return await this.#post(channel, parcel);
      const { key, recipient, notice, links } = parcel;
      if (channel.kind === "web-push")
        return await this.#parts.pushes.send(channel, recipient, notice, contactOf(mail, links));
      if (mail === undefined) return { kind: "refused", fault: "the channels name no mail server any more" };
      const password = mail.password === undefined ? null : await this.#parts.secrets.read(mail.password);
      const form = mailForm(notice, links);
      return await sendMail(mail, password, { to: channel.to, form, key, alertId: notice.alertId });
    } catch (error) {
      const remedy = error instanceof TaplineError && error.remedy !== undefined ? `; ${error.remedy}` : "";
      return { kind: "failed", fault: `${messageOf(error)}${remedy}`, retryAfterMs: null };
    }
  }

  async #post({ url, shape, key: keyRef }: WebhookChannel, { key, notice, links }: Parcel) {
    const { secrets, webhooks, clock } = this.#parts;
    const body = webhookForm(shape, notice, links);
    const target = typeof url === "string" ? url : await secrets.read(url);
    const headers =
      keyRef === undefined ? {} : signWebhook(await secrets.read(keyRef), `msg_${key}`, clock(), body);
    return await webhooks.post(target, headers, body);
  }
}

/** Whom a push service may ask about us: who our mails are from, or the console, where others can reach it at all. */
function contactOf(mail: AlertChannels["mail"], { console }: NoticeLinks): string | null {
  if (mail !== undefined) return `mailto:${mail.from}`;
  return console?.startsWith("https:") === true ? console : null;
}
