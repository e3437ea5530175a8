import { TaplineError } from "@tapline/core/kernel";

const letsNobodyIn = /^(WRONGPASS|NOAUTH) /;
/** Of a command, or of one within a script. */
const refuses = /^NOPERM |user executing the script can't/;

/** A Redis that does not take us for somebody who may, in our words; `undefined` where `error` says something else. */
export function redisTrouble(error: Error): TaplineError | undefined {
  const said = (message: string, remedy: string) =>
    new TaplineError("misconfigured", message, { remedy, cause: error });
  if (letsNobodyIn.test(error.message))
    return said(
      "Redis does not let in whom REDIS_URL names",
      "See that REDIS_URL has a user of that Redis, with the right password (docs/operations.md, Your own servers).",
    );
  if (refuses.test(error.message))
    return said(
      "Redis refuses this to the user of REDIS_URL",
      "Sign in as the user that commands have, or give users the rights of this version (npm run redis:users); ACL LOG on the " +
        "server names user, command and key.",
    );
  return undefined;
}
