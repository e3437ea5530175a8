/** How many entries are given their places in one go at most: small enough for a transaction of some 100 ms. */
export const entriesPerSequence = 5_000;

/**
 * How long to wait before entries are given places again, in ms, after so many were. A checkpoint is to follow an entry within a
 * second; meanwhile entries gather, since each checkpoint costs a commit.
 */
export const pauseAfterMs = (placed: number): number => (placed < entriesPerSequence ? 250 : 0);
