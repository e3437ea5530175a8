type Tallied<Key> = { readonly key: Key; times: number };

/** Counts how often each of a few keys occurs. They come in runs, as taps of one reader do: each run costs one look-up. */
export class Tally<Key extends string | number> {
  readonly #all = new Map<Key, Tallied<Key>>();
  #last: Tallied<Key> | null = null;

  add(key: Key): void {
    if (this.#last?.key !== key) this.#last = this.#of(key);
    this.#last.times++;
  }

  counts(): Iterable<Readonly<Tallied<Key>>> {
    return this.#all.values();
  }

  #of(key: Key): Tallied<Key> {
    const known = this.#all.get(key);
    if (known !== undefined) return known;
    const tallied = { key, times: 0 };
    this.#all.set(key, tallied);
    return tallied;
  }
}
