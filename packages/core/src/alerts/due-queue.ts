import { never } from "./conditions/finding.ts";

/** Something that is to be looked at by `wakeMs` at the latest. It stands in the queue once, or not at all (`wakeMs` infinite). */
export type Due = { wakeMs: number };

type Entry<Item> = { readonly atMs: number; readonly item: Item };

/**
 * Who is due first: a binary heap. An item that is due earlier than it was queued for is queued once more; the old entry is passed over
 * when it comes up.
 */
export class DueQueue<Item extends Due> {
  #heap: Entry<Item>[] = [];
  #waiting = 0;

  /** Wakes `item` at `atMs`, or before if it is to be woken before already. */
  wake(item: Item, atMs: number): void {
    if (atMs >= item.wakeMs) return;
    if (item.wakeMs === never) this.#waiting++;
    item.wakeMs = atMs;
    this.#push({ atMs, item });
    if (this.#heap.length > 2 * this.#waiting + 64) this.#tidy();
  }

  /** The item no longer waits for anything. */
  drop(item: Item): void {
    if (item.wakeMs !== never) this.#waiting--;
    item.wakeMs = never;
  }

  /** Leaves out entries that would be passed over: what is queued stays within what waits. */
  #tidy(): void {
    // Rising order is a heap.
    this.#heap = this.#heap
      .filter(({ atMs, item }) => item.wakeMs === atMs)
      .sort((one, other) => one.atMs - other.atMs);
  }

  /** When the first one is due; infinity: none. */
  get firstMs(): number {
    for (;;) {
      const first = this.#heap[0];
      if (first === undefined) return never;
      if (first.item.wakeMs === first.atMs) return first.atMs;
      this.#pop();
    }
  }

  /** Takes the first one out if it is due. */
  take(nowMs: number): Item | null {
    if (this.firstMs > nowMs) return null;
    const item = this.#pop()?.item ?? null;
    if (item !== null) this.drop(item);
    return item;
  }

  #push(entry: Entry<Item>): void {
    const heap = this.#heap;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const other = heap[above] as Entry<Item>;
      if (other.atMs <= entry.atMs) break;
      heap[at] = other;
      at = above;
    }
    heap[at] = entry;
  }

  #pop(): Entry<Item> | undefined {
    const heap = this.#heap;
    const [first, last] = [heap[0], heap.pop()];
    if (last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const child = (heap[left + 1]?.atMs ?? never) < (heap[left]?.atMs ?? 0) ? left + 1 : left;
      const other = heap[child];
      if (other === undefined || other.atMs >= last.atMs) break;
      heap[at] = other;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}
