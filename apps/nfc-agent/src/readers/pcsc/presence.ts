/** Flags of SCardGetStatusChange's dwEventState (PC/SC Part 5; pcsclite.h). */
const statePresent = 0x20;
/** Above the flags stands how often a card came or went. */
const counterAt = 16;

/** Whether a card is in the field, and which: `visit` is another number for each that comes. */
export type Presence = { visit: number; isPresent: boolean; counter: number };

export const nobody: Presence = { visit: 0, isPresent: false, counter: 0 };

/**
 * What a reader's new state says. A card that left and one that came can be told in one event; then the flags are the
 * same as before and only the counter shows that another card lies there.
 * @param state dwEventState as unsigned 32 bits
 */
export function nextPresence(before: Presence, state: number): Presence {
  const isPresent = (state & statePresent) !== 0;
  const counter = (state >>> counterAt) & 0xffff;
  const isSwapped = before.isPresent && isPresent && counter !== before.counter;
  const isOther = isPresent !== before.isPresent || isSwapped;
  return { visit: isOther ? before.visit + 1 : before.visit, isPresent, counter };
}
