/** What a program may be: people alone are admins. */
export const tokenRoles = ["viewer", "operator"] as const;
export type TokenRole = (typeof tokenRoles)[number];

/** A token by which a program asks the console's API. */
export interface ApiTokenView {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  /** The sites that it reaches and no others; `null`: the whole installation. */
  readonly sites: readonly string[] | null;
  /** The admin's name; `null`: not there any more. */
  readonly createdBy: string | null;
  readonly createdAtEpochMs: number;
  readonly expiresAtEpochMs: number;
  /** To within a minute; `null`: never. */
  readonly lastUsedAtEpochMs: number | null;
  readonly revokedAtEpochMs: number | null;
}
