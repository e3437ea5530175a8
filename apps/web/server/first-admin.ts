import { randomBytes } from "node:crypto";
import { connectPrisma } from "@tapline/adapters/prisma";
import { hasCode, messageOf, TaplineError } from "@tapline/core/kernel";
import { createLog } from "@tapline/telemetry/logging";
import { z } from "zod";
import { confirmPerson } from "./auth/confirm-person.ts";
import { createAuth } from "./auth/create-auth.ts";
import { ensureFirstAdmin } from "./auth/ensure-first-admin.ts";
import { readConfig } from "./config.ts";
import { originsOf } from "./origins.ts";

// Makes the first admin where no `npm start` does it, by the settings of the console: for the e-mail address that it is given. Prints the
// password, which is told this once. Where somebody can sign in already it changes nothing: whoever may run it may not come in so.
async function main(given: readonly string[]): Promise<void> {
  const email = z.email().safeParse(given[0]);
  if (!email.success || given.length > 1)
    throw new TaplineError("invalid-input", "the first admin signs in by an e-mail address", {
      remedy: "give it as the only argument, as ada@example.org",
    });
  const admin = { email: email.data, password: randomBytes(15).toString("base64url") };
  const config = readConfig();
  const prisma = connectPrisma(config.databaseUrl, 2);
  try {
    const [origin, ...others] = originsOf(config, config.port);
    const authOn = (database: Parameters<typeof createAuth>[0]["database"]) =>
      createAuth({
        ...config,
        ...{ database, prisma, confirm: confirmPerson(prisma, Date.now), origin },
        ...{ trustedOrigins: [origin, ...others], onSessionEnded: () => undefined },
        logger: createLog({ level: "silent", base: { app: "web" } }),
      });
    if (!(await ensureFirstAdmin(prisma, authOn, admin)))
      throw new TaplineError("conflict", "somebody can sign in already, so nobody was made", {
        remedy: "have an admin invite people, in the console under Settings",
      });
    process.stdout.write(`${JSON.stringify(admin)}\n`);
  } finally {
    await prisma.$disconnect();
  }
}

await main(process.argv.slice(2)).catch((error: unknown) => {
  const remedy = error instanceof TaplineError && error.remedy ? ` (${error.remedy})` : "";
  process.stderr.write(`${messageOf(error)}${remedy}\n`);
  process.exitCode = hasCode(error, "misconfigured") ? 2 : 1;
});
