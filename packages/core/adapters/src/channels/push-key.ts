import { openVapidKey, pushKeySecret, type VapidKey } from "@tapline/core/alerts";
import type { SecretFolder } from "./secret-folder.ts";

const secret = pushKeySecret;

/** The key by which browsers are notified: the file `web-push-key` among the secrets of channels. */
export class PushKey {
  readonly #secrets: Pick<SecretFolder, "read" | "has">;

  constructor(secrets: Pick<SecretFolder, "read" | "has">) {
    this.#secrets = secrets;
  }

  /** @throws TaplineError `misconfigured` where there is none, or it is no such key */
  async read(): Promise<VapidKey> {
    return openVapidKey(await this.#secrets.read({ secret }));
  }

  /** The public half; null where there is no key. @throws TaplineError `misconfigured` where it is no such key */
  async publicKey(): Promise<string | null> {
    return (await this.#secrets.has({ secret })) ? (await this.read()).publicKey : null;
  }
}
