/** What a comparison of archives, index and buffer found and did, in segments. */
export type Levelled = {
  /** Of the index, looked for in every archive that holds them. */
  known: number;
  /** In the archive and unknown to the index: taken in, or out of the count. */
  adopted: number;
  quarantined: number;
  /** Lost by one archive, and copied back from another. */
  healed: number;
  /** Lost by an archive, and to be had from no other. */
  missing: number;
  /** Files without a manifest, or rewraps without a segment, moved into quarantine. */
  leftovers: number;
  /** Of which one archive lacks rewraps that another has: they are copied by the transfer workers. */
  rewraps: number;
  faults: number;
};

export function nothingLevelled(): Levelled {
  return { known: 0, adopted: 0, quarantined: 0, healed: 0, missing: 0, leftovers: 0, rewraps: 0, faults: 0 };
}

export function addLevelled(sum: Levelled, found: Levelled): void {
  for (const key of Object.keys(sum) as (keyof Levelled)[]) sum[key] += found[key];
}
