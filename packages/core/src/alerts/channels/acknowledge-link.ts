import { createHmac, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import { TaplineError } from "../../kernel/index.ts";
import { routeName } from "./channel.ts";

/** How long a link in a message works, ms. */
export const linkLifeMs = 24 * 3_600_000;

const claimSchema = z.strictObject({
  alertId: z.uuid(),
  /** The revision that its reader has seen: an act on an older one than the last raise or act is refused, so a link works once. */
  rev: z.int().min(1),
  /** Whom it was sent to. */
  channel: routeName,
  endsAtEpochMs: z.int(),
});

/** What a link lets its holder do: acknowledge one alert, as it was when it was told to one channel. */
export type LinkClaim = z.infer<typeof claimSchema>;

const maxTokenLength = 1_000;

/** @param key 32 bytes or more, known to the role `alerts` and the console alone */
export function linkToken(key: Uint8Array, claim: LinkClaim): string {
  const body = Buffer.from(JSON.stringify(claim)).toString("base64url");
  return `${body}.${macOf(key, body).toString("base64url")}`;
}

/**
 * What a token claims, once it is known to be ours.
 * @throws TaplineError `unauthenticated` where it is not; `conflict` where its time is over
 */
export function readLinkToken(key: Uint8Array, token: string, nowEpochMs: number): LinkClaim {
  const [body = "", mac = ""] = token.length > maxTokenLength ? [] : token.split(".");
  const given = Buffer.from(mac, "base64url");
  const made = macOf(key, body);
  if (given.length !== made.length || !timingSafeEqual(given, made) || token !== `${body}.${mac}`)
    throw new TaplineError("unauthenticated", "this link is none of ours, or not whole", {
      remedy: "copy it whole from the message, or acknowledge in the console",
    });
  const claim = claimSchema.parse(JSON.parse(Buffer.from(body, "base64url").toString("utf8")));
  if (nowEpochMs < claim.endsAtEpochMs) return claim;
  throw new TaplineError("conflict", "this link's time is over", {
    remedy: "acknowledge in the console",
    facts: { endedAtEpochMs: claim.endsAtEpochMs },
  });
}

function macOf(key: Uint8Array, body: string): Buffer {
  return createHmac("sha256", key).update(`tapline acknowledge link 1\n${body}`).digest();
}
