import { messageOf, TaplineError } from "@tapline/core/kernel";

/** Waits for an answer of Redis. @throws TaplineError `unavailable` where there is none */
export function fromRedis<T>(answer: Promise<T>): Promise<T> {
  return answer.catch((cause: unknown) => {
    // What an adapter has named is an answer, too.
    if (cause instanceof TaplineError) throw cause;
    throw new TaplineError("unavailable", "Redis does not answer", {
      remedy: "see that Redis runs and that REDIS_URL points to it",
      facts: { part: "redis" },
      cause,
    });
  });
}

/** By these PostgreSQL refuses U+0000 in a text, and in JSON. */
const ofNul = /Code: `(?:22021|22P05)`/;

/** Waits for an answer of PostgreSQL. @throws TaplineError `unavailable` where there is none, `invalid-input` for a text that it cannot hold */
export function fromPostgres<T>(answer: Promise<T>): Promise<T> {
  return answer.catch((cause: unknown) => {
    // What an adapter has named is an answer, too.
    if (cause instanceof TaplineError) throw cause;
    if (ofNul.test(messageOf(cause)))
      throw new TaplineError("invalid-input", "a text holds the character U+0000, which cannot be kept", {
        remedy: "leave it out",
        cause,
      });
    throw new TaplineError("unavailable", "PostgreSQL does not answer", {
      remedy: "see that PostgreSQL runs and that DATABASE_URL points to it",
      facts: { part: "postgresql" },
      cause,
    });
  });
}
