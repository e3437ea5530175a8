import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { aclFile, asRedisUser, type User, userOf, users } from "./service-users.ts";

export const newPassword = (): string => randomBytes(24).toString("base64url");

/**
 * Writes all that an installation's Redis and its services are given: `users.acl`, and `<user>.url` for each user. One whose file is there
 * keeps its password, and by one in `<user>.url.before` it is let in, too: so passwords are changed without a stop.
 * @param url where services reach it, without a user
 * @throws Error where a file of a user has no password
 */
export async function writeUsers(dir: string, url: string, prefix?: string): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const known = new Map<User, string[]>();
  for (const user of users) {
    const file = join(dir, `${user}.url`);
    const kept = await passwordIn(file);
    const password = kept ?? newPassword();
    const before = await passwordIn(`${file}.before`);
    known.set(user, before === null ? [password] : [password, before]);
    await write(file, asRedisUser(url, user, password, prefix));
    // What redis-cli reads to sign in, since a command line is everybody's to see.
    if (user === "administrator")
      await write(join(dir, "administrator.auth"), `AUTH ${userOf(user, prefix)} ${password}\n`);
  }
  await write(
    join(dir, "users.acl"),
    aclFile((user) => known.get(user) ?? [], prefix),
  );
}

const write = (file: string, text: string): Promise<void> => writeFile(file, text, { mode: 0o600 });

async function passwordIn(file: string): Promise<string | null> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  if (text === null) return null;
  const password = URL.parse(text.trim())?.password ?? "";
  if (password === "")
    throw new Error(`${file} has no URL with a password: put it right, or delete it for a new one`);
  return password;
}
