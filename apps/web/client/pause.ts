import type { Query, QueryFunctionContext } from "@tanstack/react-query";

/** Whether what pages show stands still, since when, and how much they would show anew. */
export interface Pause {
  /** By the server's clock; `null`: nothing is held back. */
  sinceEpochMs: number | null;
  /** Changes that were pushed since. */
  waiting: number;
}

const live: Pause = { sinceEpochMs: null, waiting: 0 };
let pause = live;
let resumed = Promise.withResolvers<void>();
const listeners = new Set<() => void>();

export const getPause = (): Pause => pause;
export const noPause: Pause = live;

export function onPause(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** From now on pages stand still: pushes are counted, and what is known already is not asked for anew. */
export function startPause(nowEpochMs: number): void {
  if (pause.sinceEpochMs !== null) return;
  resumed = Promise.withResolvers();
  set({ sinceEpochMs: nowEpochMs, waiting: 0 });
}

/** What waited is not put in: everything is to be asked for anew. */
export function endPause(): void {
  set(live);
  resumed.resolve();
}

/** For what pushes would write into pages. @param changes so many things that they show */
export function unlessPaused(changes: number, write: () => void): void {
  if (pause.sinceEpochMs === null) write();
  else if (changes > 0) set({ ...pause, waiting: pause.waiting + changes });
}

/** The `meta` of queries that a pause does not hold back: what stands on every page. */
export const goesOn = { goesOn: true };

/**
 * The persister of all queries: while paused an answer that is there stays, and asking anew waits. What is not known yet, such as of a part
 * that is opened, is asked for, and so is more of a list.
 */
export async function holdWhilePaused<Data>(
  ask: (context: QueryFunctionContext) => Data | Promise<Data>,
  context: QueryFunctionContext,
  query: Query,
): Promise<Data> {
  await whileHeld(query, context);
  const answer = await ask(context);
  // It may have been on its way when the page was told to stand still.
  await whileHeld(query, context);
  return answer;
}

async function whileHeld({ state, meta }: Query, { signal }: QueryFunctionContext): Promise<void> {
  const isNeeded = state.data === undefined || state.fetchMeta?.fetchMore !== undefined;
  if (pause.sinceEpochMs === null || isNeeded || meta?.goesOn === true) return;
  await resumed.promise;
  // It was asked for once more meanwhile.
  signal.throwIfAborted();
}

function set(next: Pause): void {
  pause = next;
  for (const listener of listeners) listener();
}
