import { type Clock, type Random, TaplineError, wholeBetween } from "@tapline/core/kernel";
import type { RejectReason } from "@tapline/core/tap";
import { damage } from "./damage.ts";
import { makePacket } from "./make-packet.ts";
import type { Scenario } from "./scenario.ts";
import { largestDriftS } from "./skew.ts";
import { makeStranger } from "./stranger.ts";
import { type Packet, TrackerMemory } from "./tracker-memory.ts";
import type { SimulatedTracker } from "./trackers-file.ts";
import type { Expected, Offer } from "./visit.ts";

export type CrowdOptions = {
  trackers: readonly SimulatedTracker[];
  /** Epoch of every tracker: larger than in any run before, so that no number is ever used for other content. */
  epoch: number;
  scenario: Scenario;
  random: Random;
  now: Clock;
  /** Told of each number that no good packet will ever fill. */
  onLost: (place: string) => void;
};

/** A tracker with what it remembers. */
export type Owner = { readonly key: SimulatedTracker; readonly memory: TrackerMemory };

/** How a packet is made; by default signed, by a clock that is right. */
export type Making = { skewS?: number; signed?: boolean };

const repeatable = 32;
const maxSeed = 2 ** 32 - 1;
const nothing = (): void => undefined;

/** The trackers of a field, in turn, and the packets that they can show. */
export class TrackerCrowd {
  readonly #options: CrowdOptions;
  readonly #owners = new Map<SimulatedTracker, Owner>();
  /** Those that may hold something unread. */
  readonly #behind = new Set<Owner>();
  readonly #recent: { owner: Owner; packet: Packet; raw: Buffer }[] = [];
  readonly #startedEpochMs: number;
  readonly #stranger: SimulatedTracker;
  readonly #honest: readonly SimulatedTracker[];
  readonly #revoked: readonly SimulatedTracker[];
  #turn = 0;
  #revokedTurn = 0;

  /** @throws misconfigured where the scenario revokes every tracker */
  constructor(options: CrowdOptions) {
    const { trackers, scenario, random, now } = options;
    const honest = trackers.length - scenario.revokedTrackers;
    if (honest < 1)
      throw new TaplineError(
        "misconfigured",
        `the scenario revokes ${scenario.revokedTrackers} of ${trackers.length} trackers, one must remain`,
        { remedy: "make a file of more trackers, or lower revokedTrackers in the scenario" },
      );
    this.#options = options;
    this.#honest = trackers.slice(0, honest);
    this.#revoked = trackers.slice(honest);
    this.#stranger = makeStranger(random);
    this.#startedEpochMs = now();
  }

  /** The tracker whose turn it is; a revoked one, where asked for; a stranger where there is none such. */
  next(from: "honest" | "revoked" | "stranger" = "honest"): Owner {
    if (from === "honest") return this.#owner(this.#honest[this.#turn++ % this.#honest.length]);
    if (from === "revoked") return this.#owner(this.#revoked[this.#revokedTurn++ % this.#revoked.length]);
    return this.#owner(undefined);
  }

  /** `owner` takes a new packet into its ring, unread. */
  measure(owner: Owner, making: Making = {}): Packet {
    const packet = this.#packet(owner, making);
    const left = owner.memory.keep(packet);
    if (left !== null) this.#options.onLost(this.#place(owner, left));
    this.#behind.add(owner);
    return packet;
  }

  /** What nobody has read of `owner`, oldest first. @param certain the reader will not fail */
  unread(owner: Owner, certain: boolean): Offer[] {
    return owner.memory.show().map((packet) => this.#good(owner, packet, certain));
  }

  /** The oldest packet of `owner` that nobody has read, where it may well remain so. */
  oldestUnread(owner: Owner): Offer[] {
    return owner.memory.show(1).map((packet) => this.#good(owner, packet, false));
  }

  /** All that `owner`'s ring holds, oldest first, but what another reader is at. */
  ring(owner: Owner): Offer[] {
    const packets = owner.memory.packets.filter(({ state }) => state !== "shown");
    const unread = new Set(owner.memory.show());
    return packets.map((packet) => {
      if (unread.has(packet)) return this.#good(owner, packet, true);
      const reason = refusalOf(packet);
      if (reason !== null) return refused(this.#raw(owner, packet), reason);
      const expected: Expected = { verdict: "duplicate" };
      return { raw: this.#raw(owner, packet), place: this.#place(owner, packet), expected, end: nothing };
    });
  }

  /** A new number of `owner`, used up by a packet that is refused for `reason`. */
  spoil(owner: Owner, reason: RejectReason, making: Making = {}): Offer {
    const packet = this.measure(owner, making);
    packet.state = "read";
    if (refusalOf(packet) !== null) this.#options.onLost(this.#place(owner, packet));
    return refused(this.#raw(owner, packet), reason);
  }

  /** A damaged read does not use the number up: the tracker offers its packet again next time. */
  damaged(owner: Owner): Offer {
    const raw = this.#raw(owner, this.#packet(owner, {}));
    return refused(damage(raw, owner.key.privateKey, this.#options.random), null);
  }

  /** One of the last good packets, byte for byte; null where there is none yet. */
  repeat(): Offer | null {
    const earlier = this.#recent[this.#pick()];
    if (earlier === undefined) return null;
    const place = this.#place(earlier.owner, earlier.packet);
    return { raw: earlier.raw, place, expected: { verdict: "duplicate" }, end: nothing };
  }

  /** Other content under the number of one of the last good packets, which is repeated no more; or null. */
  clone(): Offer | null {
    const [earlier] = this.#recent.splice(this.#pick(), 1);
    if (earlier === undefined) return null;
    const { owner, packet } = earlier;
    const raw = this.#raw(owner, { ...packet, seed: this.#seed() });
    const expected: Expected = { verdict: "rejected", reason: "equivocation" };
    return { raw, place: this.#place(owner, packet), expected, end: nothing };
  }

  /** A tracker that holds something unread; null where all is read. */
  behind(): Owner | null {
    for (const owner of this.#behind) {
      if (owner.memory.packets.some(({ state }) => state === "unread")) return owner;
      this.#behind.delete(owner);
    }
    return null;
  }

  #owner(key: SimulatedTracker = this.#stranger): Owner {
    let owner = this.#owners.get(key);
    if (owner === undefined) {
      owner = { key, memory: new TrackerMemory(this.#options.scenario.ringPackets) };
      this.#owners.set(key, owner);
    }
    return owner;
  }

  #packet(owner: Owner, { skewS = 0, signed = true }: Making): Packet {
    const madeAtEpochMs = this.#options.now();
    return { seq: owner.memory.nextSeq, seed: this.#seed(), madeAtEpochMs, skewS, signed, state: "unread" };
  }

  /** The offer of a packet that is read for the first time. */
  #good(owner: Owner, packet: Packet, certain: boolean): Offer {
    const raw = this.#raw(owner, packet);
    if (certain) this.#recent.push({ owner, packet, raw });
    if (this.#recent.length > repeatable) this.#recent.shift();
    if (certain) packet.state = "read";
    const end = (read: boolean): void => {
      packet.state = read ? "read" : "unread";
      if (read) return;
      this.#behind.add(owner);
      if (!owner.memory.packets.includes(packet)) this.#options.onLost(this.#place(owner, packet));
    };
    return { raw, place: this.#place(owner, packet), expected: { verdict: "archived" }, end };
  }

  #raw(owner: Owner, packet: Packet): Buffer {
    return makePacket(owner.key, packet, {
      epoch: this.#options.epoch,
      startedEpochMs: this.#startedEpochMs,
    });
  }

  #place(owner: Owner, { seq }: Packet): string {
    return `${owner.key.id}/${this.#options.epoch}/${seq}`;
  }

  #pick(): number {
    return wholeBetween(this.#options.random, 0, this.#recent.length - 1);
  }

  #seed(): number {
    return wholeBetween(this.#options.random, 0, maxSeed);
  }
}

function refused(raw: Buffer, reason: RejectReason | null): Offer {
  return { raw, place: null, expected: { verdict: "rejected", reason }, end: nothing };
}

/** Why a packet is refused whoever shows it; null where it is good by itself. */
function refusalOf({ signed, skewS }: Packet): RejectReason | null {
  if (!signed) return "unsigned";
  return Math.abs(skewS) > largestDriftS ? "time-skew" : null;
}
