import { printableLine } from "@tapline/core/kernel";
import { openAccounts } from "../wire/commands/accounts.ts";
import { findStores } from "./find-stores.ts";

/** The id of the account whose e-mail address is `given`; where there is none, `given` itself: a name that was only said. */
export async function accountNamed(given: string): Promise<string> {
  const { accountOf, close } = openAccounts((await findStores()).databaseUrl);
  try {
    const id = await accountOf(given);
    if (id === null)
      process.stderr.write(`tapline: the console has no account ${printableLine(given)}: taken as a name\n`);
    return id ?? given;
  } finally {
    await close();
  }
}
