/** One session of a person: a browser in which he is signed in. */
export interface SessionView {
  readonly id: string;
  /** As the browser names itself; `null`: it did not. */
  readonly userAgent: string | null;
  /** From where it was begun; `null`: not known. */
  readonly address: string | null;
  readonly sinceEpochMs: number;
  /** To within five minutes. */
  readonly usedAtEpochMs: number;
  /** Unless it is used before. */
  readonly endsAtEpochMs: number;
}

/** Whoever looks, as the page of settings shows it. */
export interface YouView {
  readonly name: string;
  readonly email: string;
  readonly role: string;
  readonly secondFactor: boolean;
  /** By which the page was asked for. */
  readonly sessionId: string;
  /** The newest first. */
  readonly sessions: readonly SessionView[];
}
