/** Who holds a lock; `doing` is for people. */
export type Holder = Readonly<{ pid: number; started: string; doing: string }>;

/** A held lock. `announce` tells what the holder does, for whoever meets the lock; `release` gives it up. */
export type Lock = Readonly<{ announce: (doing: string) => Promise<void>; release: () => void }>;

/**
 * Takes the lock at `path`. `onHeld` is asked while a living process has it: it waits and returns, or throws. A lock whose
 * process has died is taken over, after `onStale` has seen to what that one left.
 */
export function takeLock(
  path: string,
  doing: string,
  when: Readonly<{
    onHeld: (holder: Holder) => Promise<void> | void;
    onStale?: (holder: Holder) => Promise<void>;
  }>,
): Promise<Lock>;
