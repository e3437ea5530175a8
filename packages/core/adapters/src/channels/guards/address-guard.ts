import { type LookupAddress, lookup as lookUp } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";
import { TaplineError } from "@tapline/core/kernel";

/** Not the open internet: IANA's special-purpose registries (RFC 6890 and what followed), and multicast. */
const special4 = [
  ...["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"],
  ...["192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15"],
  ...["198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"],
];
/** Of IPv6 only 2000::/3 is given out at all; within it, these are not the open internet or hide an IPv4 address. */
const global6 = ["2000::/3"];
const special6 = ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"];

/** What a sender asks before it goes anywhere, and by which it resolves names. */
export type SendGuard = {
  /** @throws TaplineError `forbidden` where nothing is sent to such a URL, whatever its name stands for */
  readonly assertUrl: (url: URL) => void;
  /** Fails with `forbidden` where any address of a name may not be reached. */
  readonly lookup: LookupFunction;
};

/**
 * Keeps webhooks away from this machine, the networks behind it, and the metadata services of clouds, whoever
 * names or resolves an address so: each address is judged at the moment at which it is connected to.
 */
export class AddressGuard implements SendGuard {
  readonly #special = listOf([...special4, ...special6]);
  readonly #global6 = listOf(global6);
  readonly #allowed: BlockList;

  /** @param allowed networks that may be reached all the same, as `10.1.0.0/16` */
  constructor(allowed: readonly string[]) {
    this.#allowed = listOf(allowed);
  }

  allows(address: string): boolean {
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    if (this.#allowed.check(address, family)) return true;
    if (isIP(address) === 0 || this.#special.check(address, family)) return false;
    return family === "ipv4" || this.#global6.check(address, "ipv6");
  }

  /** @throws TaplineError `forbidden`, where the host of a URL is itself an address that may not be reached */
  assertUrl({ hostname }: Pick<URL, "hostname">): void {
    const address = hostname.replace(/^\[|\]$/g, "");
    if (isIP(address) !== 0 && !this.allows(address)) throw refusalOf(address);
  }

  /** For sockets: resolves a name, and fails where any of its addresses may not be reached. */
  readonly lookup: LookupFunction = (hostname, options, callback) => {
    lookUp(hostname, { ...options, all: true }, (error, found) => {
      const addresses: LookupAddress[] = error === null ? found : [];
      const forbidden = addresses.find(({ address }) => !this.allows(address));
      const [first] = addresses;
      const fault = error ?? (forbidden === undefined ? null : refusalOf(forbidden.address));
      if (fault !== null || first === undefined) callback(fault ?? new Error("no address"), "", 4);
      else if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

/** @throws TaplineError `misconfigured` for what is no network */
function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = "", prefix = ""] = network.split("/");
    try {
      list.addSubnet(
        address,
        /^\d+$/.test(prefix) ? Number(prefix) : Number.NaN,
        isIP(address) === 6 ? "ipv6" : "ipv4",
      );
    } catch (cause) {
      throw new TaplineError("misconfigured", `${network} is no network`, {
        remedy: "write networks as in 10.1.0.0/16,fd00::/8",
        cause,
      });
    }
  }
  return list;
}

function refusalOf(address: string): TaplineError {
  return new TaplineError("forbidden", `webhooks do not go to ${address}: it is not on the open internet`, {
    remedy: "where it is meant, name its network in TAPLINE_ALERT_NETWORKS",
  });
}
