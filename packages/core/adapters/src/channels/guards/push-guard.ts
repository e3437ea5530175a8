import { Resolver } from "node:dns/promises";
import type { LookupFunction } from "node:net";
import { TaplineError } from "@tapline/core/kernel";
import { AddressGuard, type SendGuard } from "./address-guard.ts";

/** All addresses of a name. Rejects where there is none. */
export type Resolve = (hostname: string) => Promise<readonly string[]>;

/**
 * Keeps messages to browsers on the open internet. Where they go is said by whoever subscribes, so that what holds for webhooks, which few
 * may name, is not enough: https alone, no network that is open to webhooks, and where this installation names the push services that it
 * sends to, no other. Each address is judged at the moment at which it is connected to.
 */
export class PushGuard implements SendGuard {
  readonly #addresses = new AddressGuard([]);
  readonly #services: readonly string[];
  readonly #resolve: Resolve;

  /** @param services hosts of push services, as `fcm.googleapis.com` or `*.push.apple.com`; none = whatever is on the open internet */
  constructor(services: readonly string[], resolve: Resolve = resolveApart) {
    this.#services = services.map((host) => host.toLowerCase());
    this.#resolve = resolve;
  }

  assertUrl(url: URL): void {
    if (url.protocol !== "https:") throw refusal("by https alone");
    try {
      this.#addresses.assertUrl(url);
    } catch {
      throw refusal("on the open internet alone");
    }
    const isKnown = this.#services.some((host) =>
      host.startsWith("*.") ? url.hostname.endsWith(host.slice(1)) : url.hostname === host,
    );
    if (this.#services.length > 0 && !isKnown)
      throw refusal("at the services in TAPLINE_PUSH_SERVICES alone");
  }

  readonly lookup: LookupFunction = (hostname, options, callback) => {
    this.#publicOf(hostname).then(
      (addresses) => {
        const found = addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
        const [first] = found;
        if (first === undefined) callback(new Error("no address"), "", 4);
        else if (options.all === true) callback(null, found);
        else callback(null, first.address, first.family);
      },
      (error: Error) => callback(error, "", 4),
    );
  };

  async #publicOf(hostname: string): Promise<readonly string[]> {
    const addresses = await this.#resolve(hostname);
    if (addresses.every((address) => this.#addresses.allows(address))) return addresses;
    throw refusal("on the open internet alone");
  }
}

/**
 * Asks name servers without the few threads by which Node resolves all other names: a name server of somebody's choice that does not
 * answer keeps nobody else waiting.
 */
async function resolveApart(hostname: string): Promise<string[]> {
  const resolver = new Resolver({ timeout: 2_000, tries: 2 });
  const asked = [resolver.resolve4(hostname), resolver.resolve6(hostname)];
  const found = (await Promise.allSettled(asked)).flatMap((one) =>
    one.status === "fulfilled" ? one.value : [],
  );
  // Where neither is there, why.
  return found.length > 0 ? found : ((await asked[0]) ?? []);
}

/** Says nothing of the address: where a name of somebody's choice leads is told to nobody. */
function refusal(where: string): TaplineError {
  return new TaplineError("forbidden", `browsers are notified ${where}`, {
    remedy: "see TAPLINE_PUSH_SERVICES in docs/operations.md",
  });
}
