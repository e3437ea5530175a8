/** Numbers of taps that wait to be sent, in order; each at most once. */
export class SendQueue {
  #seqs: number[] = [];
  #head = 0;
  readonly #members = new Set<number>();

  get size(): number {
    return this.#members.size;
  }

  has(seq: number): boolean {
    return this.#members.has(seq);
  }

  push(seq: number): void {
    if (this.#members.has(seq)) return;
    this.#members.add(seq);
    this.#seqs.push(seq);
  }

  /** Puts `seqs` before all others, in their order. */
  putBack(seqs: readonly number[]): void {
    const fresh = seqs.filter((seq) => !this.#members.has(seq));
    for (const seq of fresh) this.#members.add(seq);
    this.#seqs = [...fresh, ...this.#seqs.slice(this.#head)];
    this.#head = 0;
  }

  /** Takes from the front as long as `take` agrees. */
  takeWhile(take: (seq: number) => boolean): number[] {
    const taken: number[] = [];
    for (let seq = this.#seqs[this.#head]; seq !== undefined; seq = this.#seqs[this.#head]) {
      if (!take(seq)) break;
      this.#head += 1;
      this.#members.delete(seq);
      taken.push(seq);
    }
    if (this.#head > 1024 && this.#head * 2 > this.#seqs.length) {
      this.#seqs = this.#seqs.slice(this.#head);
      this.#head = 0;
    }
    return taken;
  }
}
