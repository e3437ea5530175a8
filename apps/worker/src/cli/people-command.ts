import { randomBytes } from "node:crypto";
import type { AccountListing } from "@tapline/adapters/prisma";
import { openRecovery, passwordHash } from "../wire/commands/accounts.ts";
import { type ActingOptions, actOf } from "./acting.ts";
import { table } from "./columns.ts";
import { count } from "./count.ts";
import { findStores } from "./find-stores.ts";

export async function list({ json }: { readonly json?: boolean }): Promise<void> {
  const accounts = await withRecovery((recovery) => recovery.list(Date.now()));
  const rows = accounts.map((one) => [
    ...[one.email, one.role, one.disabled ? "disabled" : "enabled"],
    ...[one.secondFactor ? "app" : "no app", count(one.passkeys, "passkey")],
  ]);
  const text = table(["account", "role", "state", "second factor", "passkeys"], rows, "nobody can sign in");
  process.stdout.write(`${json === true ? JSON.stringify(accounts) : text}\n`);
}

export async function recover(email: string, options: ActingOptions): Promise<void> {
  const { dryRun, atEpochMs, ...act } = actOf(options);
  if (dryRun) {
    // Standard output is the password's alone.
    process.stderr.write(`${effectOn(await withRecovery((recovery) => recovery.find(email, atEpochMs)))}\n`);
    return;
  }
  const password = randomBytes(15).toString("base64url");
  const hash = await passwordHash.hash(password);
  await withRecovery((recovery) => recovery.recover(email, hash, act, atEpochMs));
  process.stdout.write(`${password}\n`);
  process.stderr.write(
    `the new password of ${email}, told this once: sign in, change it and add a second factor under Settings\n`,
  );
}

function effectOn({ email, role, secondFactor, passkeys, sessions }: AccountListing): string {
  const removed = [...(secondFactor ? ["its authenticator app"] : []), count(passkeys, "passkey")].join(
    " and ",
  );
  return `would give ${email} (${role}) a new password, take away ${removed}, and end ${count(sessions, "session")}`;
}

async function withRecovery<Result>(
  use: (recovery: ReturnType<typeof openRecovery>["recovery"]) => Promise<Result>,
): Promise<Result> {
  const { recovery, close } = openRecovery((await findStores()).databaseUrl);
  try {
    return await use(recovery);
  } finally {
    await close();
  }
}
