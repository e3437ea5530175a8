/** A reading of the wall clock in milliseconds since 1970-01-01T00:00:00Z. Core never reads a clock itself. */
export type Clock = () => number;

/** Source of random bytes, handed in so that tests can fix it. */
export type RandomBytes = (length: number) => Buffer;
