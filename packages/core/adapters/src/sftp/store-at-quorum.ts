import { setTimeout as sleep } from "node:timers/promises";
import type { ArchiveRule } from "@tapline/core/transfer";

/** Those who are slower than the quorum get as long as it took again, but no longer than this. */
const maxGraceMs = 2_000;

type Named = { readonly name: string };

/** What is to be done, at whom, and for how many that is enough. */
type Storing<T> = {
  readonly targets: readonly T[];
  readonly quorum: number;
  readonly store: (target: T) => Promise<void>;
  readonly hooks: StoreHooks;
};

/** Who holds it, and what ends with those still under way. */
type Stored = { readonly stored: string[]; readonly rest: Promise<unknown> };

type StoreHooks = {
  readonly onFault: (target: string, error: unknown) => void;
  /** Told of each target that got it after the answer. */
  readonly onLate: (target: string) => void;
};

/**
 * Stores one thing at as many targets as the rule asks for.
 * @returns who holds it, and a promise that ends with those still under way; it never rejects
 * @throws what the first failing target said, as soon as the quorum cannot be reached any more
 */
export async function storeAtQuorum<T extends Named>(
  targets: readonly T[],
  rule: ArchiveRule,
  store: (target: T) => Promise<void>,
  hooks: StoreHooks,
): Promise<Stored> {
  const storing = { targets, quorum: rule.quorum, store, hooks };
  return await (rule.mode === "mirror" ? atAll(storing) : oneAfterTheOther(storing));
}

async function atAll<T extends Named>({ targets, quorum, store, hooks }: Storing<T>): Promise<Stored> {
  const stored: string[] = [];
  const faults: unknown[] = [];
  const startedAt = performance.now();
  const reached = Promise.withResolvers<void>();
  let answered = false;
  const one = async (target: T): Promise<void> => {
    try {
      await store(target);
      if (answered) hooks.onLate(target.name);
      else if (stored.push(target.name) === quorum) reached.resolve();
    } catch (error) {
      hooks.onFault(target.name, error);
      if (faults.push(error) > targets.length - quorum) reached.reject(faults[0]);
    }
  };
  const rest = Promise.all(targets.map(one));
  try {
    await reached.promise;
    const grace = new AbortController();
    const graceMs = Math.min(maxGraceMs, performance.now() - startedAt);
    await Promise.race([rest, sleep(graceMs, undefined, { signal: grace.signal }).catch(() => undefined)]);
    grace.abort();
    return { stored, rest };
  } finally {
    answered = true;
  }
}

async function oneAfterTheOther<T extends Named>(storing: Storing<T>): Promise<Stored> {
  const { targets, quorum, store, hooks } = storing;
  const stored: string[] = [];
  const faults: unknown[] = [];
  for (const target of targets) {
    if (stored.length === quorum) break;
    try {
      await store(target);
      stored.push(target.name);
    } catch (error) {
      hooks.onFault(target.name, error);
      faults.push(error);
    }
  }
  if (stored.length < quorum) throw faults[0];
  return { stored, rest: Promise.resolve() };
}
