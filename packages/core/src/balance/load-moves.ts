/** By how much load usually moves while a replica gets ready. It stands for itself, so that a decision can be told again. */
export type LoadMoves = {
  /** The load that was last looked at, in erlangs; null before the first. */
  readonly last: { readonly atMs: number; readonly erlangs: number } | null;
  /** Mean of what it differed by from one look to the next, up or down, as a share of it. */
  readonly usual: number;
};

/** Until load has been seen moving it is taken to be restless: too much room costs less than too little. */
export const newLoadMoves: LoadMoves = { last: null, usual: 0.07 };

/** How fast the usual move follows the moves: half of it is of the last 35 looks. */
const memory = 0.02;
/** Moves beyond so many times the usual one are cut to that: a burst is not what usually happens. */
const mostMoves = 4;

/**
 * Takes in the load of now, where the last look is `leadMs` back; the mean of the moves is exponentially smoothed. Pure.
 * @param leadMs as long as a replica takes until it serves
 * @param atMs of a clock that does not go back
 */
export function noteMove(before: LoadMoves, erlangs: number, atMs: number, leadMs: number): LoadMoves {
  const { last, usual } = before;
  if (last !== null && atMs - last.atMs < leadMs) return before;
  const now = { last: { atMs, erlangs }, usual };
  // From nothing load moves by no share that says anything, and from long ago by one of another length.
  if (last === null || last.erlangs <= 0 || atMs - last.atMs > 2 * leadMs) return now;
  const move = Math.min(mostMoves * usual, Math.abs(erlangs / last.erlangs - 1));
  return { ...now, usual: usual + memory * (move - usual) };
}
