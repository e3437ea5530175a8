import { TaplineError } from "@tapline/core/kernel";

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

/** Waits for an answer of PostgreSQL. @throws TaplineError `unavailable` where there is none */
export function fromPostgres<T>(answer: Promise<T>): Promise<T> {
  return answer.catch((cause: unknown) => {
    // What an adapter has named is an answer, too.
    if (cause instanceof TaplineError) throw cause;
    throw new TaplineError("unavailable", "PostgreSQL does not answer", {
      remedy: "see that PostgreSQL runs and that DATABASE_URL points to it",
      facts: { part: "postgresql" },
      cause,
    });
  });
}
