import type { Act, AskedKind, AskedOutcome } from "@tapline/adapters/prisma";

/** What a task has at hand beside its wish. */
export type AskedFor = {
  readonly act: Act;
  /** Says how far it has come. */
  readonly tell: (progress: string) => Promise<void>;
};

/** Does one kind of task. @throws TaplineError where it cannot be done: what it says is told to who asked */
export type AskedWork = (wish: unknown, asked: AskedFor) => Promise<AskedOutcome>;

export type AskedWorks = Readonly<Record<AskedKind, AskedWork>>;

/** Of what there are several of, so many are told. */
export const mostListed = 50;
