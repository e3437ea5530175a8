/**
 * What `read` says, asked for once in `ms`. A failure is not held: the next one asks again.
 * @param clock ms, never back
 */
export function heldFor<Value>(
  ms: number,
  read: () => Promise<Value>,
  clock: () => number = () => performance.now(),
): () => Promise<Value> {
  let held: { readonly value: Value; readonly untilMs: number } | null = null;
  return async () => {
    if (held !== null && clock() < held.untilMs) return held.value;
    const value = await read();
    held = { value, untilMs: clock() + ms };
    return value;
  };
}
