/** A packet as its tracker remembers it: enough to make the same bytes again. */
export type Packet = {
  readonly seq: number;
  /** Fixes what was measured. */
  readonly seed: number;
  readonly madeAtEpochMs: number;
  /** The tracker's clock minus the true one, s. */
  readonly skewS: number;
  readonly signed: boolean;
  /** Whether a reader has read it to its end, as far as the tracker can tell; `shown` while one is at it. */
  state: "unread" | "shown" | "read";
};

/**
 * What a tracker remembers: its last packets in a ring. It shows those that nobody has read, oldest first, at the next
 * tap, so that what one tap missed the next one fills.
 */
export class TrackerMemory {
  readonly #ringPackets: number;
  readonly #ring: Packet[] = [];
  #seq = 0;

  constructor(ringPackets: number) {
    this.#ringPackets = ringPackets;
  }

  /** The number that the next packet gets. */
  get nextSeq(): number {
    return this.#seq + 1;
  }

  get packets(): readonly Packet[] {
    return this.#ring;
  }

  /** Takes a new packet into the ring. @returns the packet that had to leave, unread; null where none did */
  keep(packet: Packet): Packet | null {
    this.#seq = packet.seq;
    this.#ring.push(packet);
    const left = this.#ring.length > this.#ringPackets ? this.#ring.shift() : undefined;
    return left?.state === "unread" ? left : null;
  }

  /** What nobody has read, oldest first, `most` at most; each counts as shown from now on. */
  show(most = Number.POSITIVE_INFINITY): Packet[] {
    const unread = this.#ring.filter(({ state }) => state === "unread").slice(0, most);
    for (const packet of unread) packet.state = "shown";
    return unread;
  }
}
