/** Flags of SCardGetStatusChange's dwEventState (PC/SC Part 5; pcsclite.h). */
const statePresent = 0x20;
/** Above the flags stands how often a card came or went, in 16 bits. */
const counterAt = 16;
const counterMask = 0xffff;

/** Whether a card is in the field, and which: `visit` is another number for each that comes. */
export type Presence = {
  visit: number;
  isPresent: boolean /** null before the first state. */;
  counter: number | null;
};

export const nobody: Presence = { visit: 0, isPresent: false, counter: null };

/**
 * What a reader's new state says. A card that left and one that came can be told in one event; then the flags are the
 * same as before and only the counter shows that another card lies there. Under load pcscd now and then tells an older
 * state after a newer one; a counter that goes back gives it away.
 * @param state dwEventState as unsigned 32 bits
 */
export function nextPresence(before: Presence, state: number): Presence {
  const isPresent = (state & statePresent) !== 0;
  const counter = (state >>> counterAt) & counterMask;
  const isOlder = before.counter !== null && ((counter - before.counter) & counterMask) > counterMask / 2;
  if (isOlder) return before;
  const isSwapped = before.isPresent && isPresent && counter !== before.counter;
  const isOther = isPresent !== before.isPresent || isSwapped;
  return { visit: isOther ? before.visit + 1 : before.visit, isPresent, counter };
}
