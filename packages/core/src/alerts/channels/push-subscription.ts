import { createECDH } from "node:crypto";
import { z } from "zod";

/** RFC 8030 says nothing of lengths; those of today's push services are below 600 characters. */
const maxEndpointLength = 2_000;

const bytes = (length: number) =>
  z
    .string()
    .max(200)
    .regex(/^[A-Za-z0-9_-]+$/, "must be base64url")
    .refine((text) => Buffer.from(text, "base64url").length === length, `must be ${length} bytes`);

/**
 * What a browser gives out for whoever may send to it (W3C Push API, `PushSubscription.toJSON`). The endpoint is a secret: who knows it
 * knows which browser it is.
 */
export const pushSubscriptionSchema = z.strictObject({
  endpoint: z
    // As browsers write it, too: written otherwise it would be another one, and could hide a password.
    .url({ protocol: /^https$/, error: "must be an https:// URL", normalize: true })
    .max(maxEndpointLength)
    .refine((url) => !/^https:\/\/[^/?#]*@/.test(url), "must hold no password"),
  keys: z.strictObject({
    /** The browser's public key: a point of P-256, uncompressed. */
    p256dh: bytes(65).refine(isPoint, "is no key: no point of P-256"),
    /** The secret that the browser shares with us. */
    auth: bytes(16),
  }),
});

export type PushSubscription = z.infer<typeof pushSubscriptionSchema>;

/** Keys off the curve give away the other side's secret. */
function isPoint(text: string): boolean {
  const ecdh = createECDH("prime256v1");
  ecdh.generateKeys();
  try {
    return ecdh.computeSecret(Buffer.from(text, "base64url")).length === 32;
  } catch {
    return false;
  }
}
