import { hash, verify } from "@node-rs/argon2";
import { z } from "zod";

/** Argon2id at the OWASP password storage cheat sheet's first choice: 19 MiB, two passes, one lane. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** The password of whoever acts: a session alone is not enough for what harms and is not easily undone. */
export const passwordSchema = z.string().min(1).max(1_000);

export const passwordHash = {
  hash: (password: string): Promise<string> => hash(password, cost),
  verify: (given: { hash: string; password: string }): Promise<boolean> => verify(given.hash, given.password),
};
