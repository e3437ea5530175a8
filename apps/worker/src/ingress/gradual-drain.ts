/** The part of the time in which nobody leaves: proxies may not know yet that this process ends, and would lead them back here. */
const staysFor = 1 / 3;

/**
 * Leads guests of a process that is to end away one by one, each at a moment of its own. Were all cut off at once, all would come at once to the
 * processes that are left, with a handshake each (what Envoy's drain strategy `gradual` is for).
 */
export class GradualDrain<Guest extends object> {
  readonly #lead: (guest: Guest) => void;
  readonly #guests = new Map<Guest, NodeJS.Timeout | null>();
  #time: { readonly fromMs: number; readonly endMs: number } | null = null;

  /** @param lead asks a guest to go; called once for each */
  constructor(lead: (guest: Guest) => void) {
    this.#lead = lead;
  }

  enter(guest: Guest): void {
    this.#guests.set(guest, this.#time === null ? null : this.#timer(guest, this.#time));
  }

  left(guest: Guest): void {
    clearTimeout(this.#guests.get(guest) ?? undefined);
    this.#guests.delete(guest);
  }

  /** Asks all who are here, and who come yet, to go within `overMs`. */
  begin(overMs: number): void {
    const nowMs = performance.now();
    const time = { fromMs: nowMs + overMs * staysFor, endMs: nowMs + overMs };
    this.#time = time;
    for (const guest of [...this.#guests.keys()]) this.#guests.set(guest, this.#timer(guest, time));
  }

  #timer(guest: Guest, { fromMs, endMs }: { readonly fromMs: number; readonly endMs: number }) {
    const nowMs = performance.now();
    const beginMs = Math.max(nowMs, fromMs);
    const atMs = beginMs + Math.random() * Math.max(0, endMs - beginMs);
    return setTimeout(() => this.#lead(guest), atMs - nowMs).unref();
  }
}
