import { hash, verify } from "@node-rs/argon2";

/** Argon2id at the OWASP password storage cheat sheet's first choice: 19 MiB, two passes, one lane. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** How passwords of people are kept. */
export const passwordHash = {
  hash: (password: string): Promise<string> => hash(password, cost),
  verify: (given: { hash: string; password: string }): Promise<boolean> => verify(given.hash, given.password),
};
