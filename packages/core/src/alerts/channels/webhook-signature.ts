import { createHmac } from "node:crypto";
import { TaplineError } from "../../kernel/index.ts";

const secretPattern = /^whsec_([A-Za-z0-9+/]+={0,2})$/;

/**
 * The headers by which a receiver knows that a webhook is ours, new, and not seen before
 * (Standard Webhooks, https://www.standardwebhooks.com, symmetric signature `v1`).
 * @param id the same for each attempt to deliver the same thing
 * @throws TaplineError `misconfigured` for a secret that is none
 */
export function signWebhook(
  secret: string,
  id: string,
  atEpochMs: number,
  body: string,
): Readonly<Record<"webhook-id" | "webhook-timestamp" | "webhook-signature", string>> {
  const timestamp = String(Math.floor(atEpochMs / 1_000));
  const mac = createHmac("sha256", keyOf(secret)).update(`${id}.${timestamp}.${body}`).digest("base64");
  return {
    ...{ "webhook-id": id, "webhook-timestamp": timestamp },
    "webhook-signature": `v1,${mac}`,
  };
}

function keyOf(secret: string): Buffer {
  const key = Buffer.from(secretPattern.exec(secret)?.[1] ?? "", "base64");
  if (key.length >= 24 && key.length <= 64) return key;
  throw new TaplineError("misconfigured", "a webhook's secret is not whsec_ and 24 to 64 bytes in base64", {
    remedy: 'fill its file with `echo "whsec_$(openssl rand -base64 32)"`',
  });
}
