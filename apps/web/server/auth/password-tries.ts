/** Wrong ones within the span after which no other is taken: from one session, and from all sessions of a person. */
const mostOfSession = 5;
const mostOfPerson = 20;
const spanMs = 10 * 60_000;

/** For so long no password is taken, ms. */
export const lockedForMs = spanMs;

/** One password that somebody tried. */
export interface PasswordTry {
  readonly userId: string;
  readonly sessionId: string;
  readonly atEpochMs: number;
}

/**
 * Bounds how many passwords can be tried by sessions. By session, so that a stolen one does not lock its person out who signs in
 * anew; by person, so that many stolen ones are not as many times the tries. Counted by this process.
 */
export class PasswordTries {
  readonly #clock: () => number;
  readonly #ofPerson = new Map<string, readonly PasswordTry[]>();

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** Counts one before it is known whether it is right, so that many at once are as many. @returns null where none is taken */
  begin({ userId, sessionId }: Pick<PasswordTry, "userId" | "sessionId">): PasswordTry | null {
    const atEpochMs = this.#clock();
    const recent = this.#tries(userId).filter((one) => Math.abs(atEpochMs - one.atEpochMs) < spanMs);
    const own = recent.filter((one) => one.sessionId === sessionId);
    if (recent.length >= mostOfPerson || own.length >= mostOfSession) return null;
    const begun = { userId, sessionId, atEpochMs };
    this.#ofPerson.set(userId, [...recent, begun]);
    return begun;
  }

  /** It was right: what was mistyped in that session counts no more; what was tried in others does. */
  wasRight({ userId, sessionId }: PasswordTry): void {
    this.#keep(userId, (one) => one.sessionId !== sessionId);
  }

  /** Whether it was right could not be found out. */
  wasNone(tried: PasswordTry): void {
    this.#keep(tried.userId, (one) => one !== tried);
  }

  #tries(userId: string): readonly PasswordTry[] {
    return this.#ofPerson.get(userId) ?? [];
  }

  #keep(userId: string, counts: (one: PasswordTry) => boolean): void {
    const left = this.#tries(userId).filter(counts);
    if (left.length === 0) this.#ofPerson.delete(userId);
    else this.#ofPerson.set(userId, left);
  }
}
