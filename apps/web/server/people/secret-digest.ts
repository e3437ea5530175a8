import { createHash } from "node:crypto";

/**
 * By what a token or an invitation is known again. One for some sites is digested in another way, so that a console of a release which
 * knows of no such thing, running beside this one or after it, does not know it, rather than take it for one of the whole.
 */
export const digestOf = (secret: string, scope: string) =>
  new Uint8Array(
    createHash("sha256")
      .update(scope === "whole" ? secret : `${scope}:${secret}`)
      .digest(),
  );

/** Whichever way it was digested. */
export const digestsOf = (secret: string) => ["whole", "sites"].map((scope) => digestOf(secret, scope));
