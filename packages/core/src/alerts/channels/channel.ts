import { z } from "zod";

/** Channels, schedules and policies share one space of names: a rule's routing may name any of them. */
export const routeName = z
  .string()
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, "write it as in duty-mail")
  .max(60);

/** The file in the folder of secrets that holds the key by which browsers are notified. */
export const pushKeySecret = "web-push-key";

/** Names a file in the folder of secrets (`TAPLINE_ALERT_SECRETS`): a document never holds one. */
export const secretRef = z.strictObject({
  secret: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]*$/, "write it as in slack-url, the name of a file")
    .max(100)
    // A mail server that a document names would be given it as a password.
    .refine((name) => name !== pushKeySecret, "is the key of notifications in browsers, and no channel's"),
});

export type SecretRef = z.infer<typeof secretRef>;

/** What of an alert's life can be told: that it calls for somebody, that somebody saw it, that its breach is over. */
export const tellable = ["call", "acknowledged", "over"] as const;

const tells = z.array(z.enum(tellable)).min(1).default(["call", "over"]);

const loopbackUrl = /^http:\/\/(localhost|127(\.\d{1,3}){3}|\[::1\])([:/]|$)/;

/** An address that is no secret. Without TLS only on this machine; names and passwords belong into a secret. */
const openUrl = z
  .url({ protocol: /^https?$/, error: "must be an https:// URL" })
  .refine((url) => url.startsWith("https:") || loopbackUrl.test(url), "must be https:// beyond loopback")
  .refine((url) => !/^https?:\/\/[^/?#]*@/.test(url), "must hold no password: name it as a secret");

const emailSchema = z.strictObject({
  kind: z.literal("email"),
  name: routeName,
  to: z.array(z.email()).min(1).max(20),
  tells,
  /** Whether its messages hold a link by which whoever has it acknowledges. */
  acknowledgeLinks: z.boolean().default(true),
});

const webhookSchema = z
  .strictObject({
    kind: z.literal("webhook"),
    name: routeName,
    /** Chat rooms give out addresses that are secrets: such a one is named, not written. */
    url: z.union([openUrl, secretRef]),
    shape: z.enum(["plain", "slack", "teams"]).default("plain"),
    /** Signs what is sent (Standard Webhooks). Chat rooms check none: their address is the secret. */
    key: secretRef.exactOptional(),
    tells,
    acknowledgeLinks: z.boolean().default(false),
  })
  .refine(({ shape, key }) => (shape === "plain") === (key !== undefined), {
    path: ["key"],
    message: "a plain webhook names the secret that signs it; chat rooms have none",
  });

const webPushSchema = z.strictObject({
  kind: z.literal("web-push"),
  name: routeName,
  /** By which addresses people sign in to the console: all browsers in which they asked for it are told. Without it, everybody's who may act. */
  to: z.array(z.email()).min(1).max(20).exactOptional(),
  tells,
});

/** One way to reach people beside the console. */
export const channelSchema = z.discriminatedUnion("kind", [emailSchema, webhookSchema, webPushSchema]);

export type Channel = z.infer<typeof channelSchema>;
export type EmailChannel = Extract<Channel, { kind: "email" }>;
export type WebhookChannel = Extract<Channel, { kind: "webhook" }>;
export type WebPushChannel = Extract<Channel, { kind: "web-push" }>;

/** All kinds that there are. */
export const channelKinds: readonly Channel["kind"][] = channelSchema.options.map(
  ({ shape }) => shape.kind.value,
);

const loopbackHosts = /^(localhost|127(\.\d{1,3}){3}|::1)$/;

/** The server that mail goes out by. */
export const mailServerSchema = z
  .strictObject({
    host: z.string().min(1).max(253),
    port: z.int().min(1).max(65_535).default(587),
    /** `starttls` is asked for and insisted on; `tls` from the first byte; `none` only on this machine. */
    security: z.enum(["starttls", "tls", "none"]).default("starttls"),
    /** Who the mails are from. */
    from: z.email(),
    user: z.string().min(1).max(200).exactOptional(),
    password: secretRef.exactOptional(),
  })
  .refine(({ security, host }) => security !== "none" || loopbackHosts.test(host), {
    path: ["security"],
    message: "mail leaves this machine by TLS alone: starttls or tls",
  })
  .refine(({ user, password }) => (user === undefined) === (password === undefined), {
    path: ["password"],
    message: "user and password go together",
  });

export type MailServer = z.infer<typeof mailServerSchema>;
