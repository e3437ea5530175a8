/** One session of a person: a browser in which they are signed in. */
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

/** A key by which one signs in without a password. */
export interface PasskeyView {
  readonly id: string;
  readonly name: string;
  /** The host of the console's address at which it works. */
  readonly host: string;
  readonly addedAtEpochMs: number;
  /** `null`: never. */
  readonly usedAtEpochMs: number | null;
}

/** Whoever looks, as the page of settings shows it. */
export interface YouView {
  readonly name: string;
  readonly email: string;
  readonly role: string;
  readonly secondFactor: boolean;
  /** The newest first. */
  readonly passkeys: readonly PasskeyView[];
  /** By which the page was asked for. */
  readonly sessionId: string;
  /** The newest first. */
  readonly sessions: readonly SessionView[];
}

/** Roles, weakest first: each may do all that those before it may. */
export const roleNames = ["viewer", "operator", "admin"] as const;
export type RoleName = (typeof roleNames)[number];

/** Somebody who has an account. */
export interface PersonView {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly role: string;
  /** The sites that they see and no others; `null`: the whole installation. */
  readonly sites: readonly string[] | null;
  /** Signs in no more until somebody lets them. */
  readonly disabled: boolean;
  readonly secondFactor: boolean;
  /** How many keys sign the person in without a password. */
  readonly passkeys: number;
  readonly createdAtEpochMs: number;
  /** `null`: never. */
  readonly lastSignInEpochMs: number | null;
  /** The newest first. */
  readonly sessions: readonly SessionView[];
}

/** Somebody who was asked to come, and has not yet. */
export interface InvitationView {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly role: string;
  /** The sites that they will see and no others; `null`: the whole installation. */
  readonly sites: readonly string[] | null;
  readonly createdAtEpochMs: number;
  readonly expiresAtEpochMs: number;
}

export interface PeopleView {
  /** By name. */
  readonly people: readonly PersonView[];
  /** Where agents stand, or what people, invitations and tokens are limited to: what may be chosen among. By name. */
  readonly sites: readonly string[];
  readonly invitations: readonly InvitationView[];
}

/** What an invitation says to whoever opens its link. */
export interface OpenInvitation {
  readonly name: string;
  readonly email: string;
  readonly role: string;
  readonly siteName: string;
}
