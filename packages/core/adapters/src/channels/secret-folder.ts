import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { SecretRef } from "@tapline/core/alerts";
import { TaplineError } from "@tapline/core/kernel";

/** Secrets of channels, a file each. They are read when they are needed, so that an exchanged one holds at once. */
export class SecretFolder {
  readonly #folder: string | undefined;

  constructor(folder: string | undefined) {
    this.#folder = folder;
  }

  /** Whether there is a file for it. */
  async has({ secret }: SecretRef): Promise<boolean> {
    if (this.#folder === undefined) return false;
    return await access(join(this.#folder, secret)).then(
      () => true,
      () => false,
    );
  }

  /** @throws TaplineError `misconfigured` where there is none */
  async read({ secret }: SecretRef): Promise<string> {
    if (this.#folder === undefined)
      throw new TaplineError("misconfigured", `no folder holds the secret ${secret}`, {
        remedy: "name one in TAPLINE_ALERT_SECRETS",
      });
    try {
      const text = (await readFile(join(this.#folder, secret), "utf8")).trim();
      if (text !== "") return text;
    } catch (cause) {
      throw missing(secret, cause);
    }
    throw missing(secret);
  }
}

function missing(secret: string, cause?: unknown): TaplineError {
  return new TaplineError("misconfigured", `the secret ${secret} cannot be read, or is empty`, {
    remedy: "put it into a file of that name in the folder TAPLINE_ALERT_SECRETS",
    cause,
  });
}
