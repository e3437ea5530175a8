import { createHash } from "node:crypto";

/**
 * By what a token or an invitation is known again. One for some sites is digested by another function, so that a console of a release
 * which knows of no such thing, running beside this one or after it, does not know it, rather than take it for one of the whole:
 * whatever its holder puts before or behind the secret, no text has this digest by SHA-256, which that console takes.
 */
export const digestOf = (secret: string, scope: string) =>
  new Uint8Array(
    createHash(scope === "whole" ? "sha256" : "sha512-256")
      .update(secret)
      .digest(),
  );

/** Whichever way it was digested. */
export const digestsOf = (secret: string) => ["whole", "sites"].map((scope) => digestOf(secret, scope));
