/** Numbers of taps that wait to be sent, lowest first; each at most once. */
export class SendQueue {
  #seqs: number[] = [];
  #head = 0;

  get size(): number {
    return this.#seqs.length - this.#head;
  }

  /** Puts `seqs`, in any order, where they belong. Those that are there already stay once. */
  add(seqs: readonly number[]): void {
    const last = this.#seqs.at(-1);
    const [first] = seqs;
    if (first === undefined) return;
    // As taps come: one number above all others.
    if (seqs.length === 1 && (this.size === 0 || last === undefined || first > last)) this.#seqs.push(first);
    else {
      this.#seqs = merged(
        this.#seqs,
        this.#head,
        [...seqs].sort((a, b) => a - b),
      );
      this.#head = 0;
    }
  }

  /** Takes from the front as long as `take` agrees. */
  takeWhile(take: (seq: number) => boolean): number[] {
    const taken: number[] = [];
    for (let seq = this.#seqs[this.#head]; seq !== undefined; seq = this.#seqs[this.#head]) {
      if (!take(seq)) break;
      this.#head += 1;
      taken.push(seq);
    }
    if (this.#head > 1024 && this.#head * 2 > this.#seqs.length) {
      this.#seqs = this.#seqs.slice(this.#head);
      this.#head = 0;
    }
    return taken;
  }
}

/** The numbers of two rising lists, the first one from `head` on, in one. */
function merged(one: readonly number[], head: number, other: readonly number[]): number[] {
  const all: number[] = [];
  let at = head;
  for (const seq of other) {
    for (let next = one[at]; next !== undefined && next < seq; next = one[++at]) all.push(next);
    if (all.at(-1) !== seq && one[at] !== seq) all.push(seq);
  }
  for (let next = one[at]; next !== undefined; next = one[++at]) all.push(next);
  return all;
}
