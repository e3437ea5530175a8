import { execFileSync } from "node:child_process";

/**
 * Two network namespaces with a router between them that can drop every packet without a word: to both ends the link
 * looks alive, as when a switch or a mobile network is in trouble.
 */
export class TwoNetworks {
  readonly agent: string;
  readonly server: string;
  readonly agentAddress = "10.213.1.2";
  readonly serverAddress = "10.213.2.2";
  readonly #router: string;
  readonly #ip: string;

  /** @param ip path of the program of Debian's iproute2 */
  constructor(ip: string) {
    this.#ip = ip;
    const name = `tapline-${process.pid}`;
    this.agent = `${name}-a`;
    this.server = `${name}-s`;
    this.#router = `${name}-r`;
  }

  open(): void {
    for (const namespace of [this.agent, this.#router, this.server]) this.#run("netns", "add", namespace);
    this.#join(this.agent, this.agentAddress, "10.213.1.1");
    this.#join(this.server, this.serverAddress, "10.213.2.1");
    this.#run(...["netns", "exec", this.#router, "sh", "-c"], "echo 1 > /proc/sys/net/ipv4/ip_forward");
  }

  /** Drops every packet, in both directions. */
  drop(): void {
    for (const address of [this.agentAddress, this.serverAddress])
      this.#run("-n", this.#router, "route", "add", "blackhole", `${address}/32`);
  }

  restore(): void {
    for (const address of [this.agentAddress, this.serverAddress])
      this.#run("-n", this.#router, "route", "del", "blackhole", `${address}/32`);
  }

  close(): void {
    for (const namespace of [this.agent, this.#router, this.server])
      try {
        this.#run("netns", "del", namespace);
      } catch {
        // It was not made.
      }
  }

  /** Program and arguments that run `command` in a namespace. */
  within(namespace: string, command: readonly string[]): [string, string[]] {
    return [this.#ip, ["netns", "exec", namespace, ...command]];
  }

  #join(namespace: string, address: string, gateway: string): void {
    const [near, far] = ["up0", namespace === this.agent ? "agent0" : "server0"];
    this.#run("-n", namespace, "link", "add", near, "type", "veth", "peer", far, "netns", this.#router);
    this.#run("-n", namespace, "addr", "add", `${address}/24`, "dev", near);
    this.#run("-n", this.#router, "addr", "add", `${gateway}/24`, "dev", far);
    for (const device of ["lo", near]) this.#run("-n", namespace, "link", "set", device, "up");
    this.#run("-n", this.#router, "link", "set", far, "up");
    this.#run("-n", namespace, "route", "add", "default", "via", gateway);
  }

  #run(...args: string[]): void {
    execFileSync(this.#ip, args, { stdio: ["ignore", "ignore", "pipe"] });
  }
}
