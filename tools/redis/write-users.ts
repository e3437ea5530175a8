import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { redisUrlForms, redisUrlPattern } from "@tapline/core/kernel";
import { aclFile, asRedisUser, type User, userOf, users, usualUserPrefix } from "./service-users.ts";

export const newPassword = (): string => randomBytes(24).toString("base64url");

/** The Redis of the overlays. */
const usualUrl = "redis://redis.tapline-data.svc.cluster.local:6379";

/**
 * Writes all that an installation's Redis and its services are given: `users.acl`, and `<user>.url` for each user. One whose file is there
 * keeps its password, and by one in `<user>.url.before` it is let in, too: so passwords are changed without a stop.
 * @param url where services reach it, without a user; default: as written before, else the Redis of the overlays
 * @param prefix of the users' names; default: as written before, else the usual one
 * @throws Error where a file of a user has no password, or `url` is of no form that services take
 */
export async function writeUsers(dir: string, url?: string, prefix?: string): Promise<void> {
  if (url !== undefined && !redisUrlPattern.test(url)) throw new Error(`${url} ${redisUrlForms}`);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const before = await Promise.all(users.map((user) => writtenBefore(dir, user)));
  const known = before.flat().find((one) => one !== null);
  const [where, named] = [url ?? known?.url ?? usualUrl, prefix ?? known?.prefix ?? usualUserPrefix];
  const passwords = new Map<User, string[]>();
  for (const [at, user] of users.entries()) {
    const [own, other] = before[at] ?? [];
    const password = own?.password ?? newPassword();
    passwords.set(user, [password, ...(other ? [other.password] : [])]);
    await write(join(dir, `${user}.url`), asRedisUser(where, user, password, named));
    // What redis-cli reads to sign in, since a command line is everybody's to see.
    if (user === "administrator")
      await write(join(dir, "administrator.auth"), `AUTH ${userOf(user, named)} ${password}\n`);
  }
  await write(
    join(dir, "users.acl"),
    aclFile((user) => passwords.get(user) ?? [], named),
  );
}

const write = (file: string, text: string): Promise<void> => writeFile(file, text, { mode: 0o600 });

type SignIn = Readonly<{ password: string; prefix: string; url: string }>;

/** As which a user's two files sign in: the one that is used, and the one that is set aside. */
const writtenBefore = (dir: string, user: User): Promise<(SignIn | null)[]> =>
  Promise.all([`${user}.url`, `${user}.url.before`].map((name) => signInFrom(join(dir, name), user)));

/** null where the file is not there */
async function signInFrom(file: string, user: User): Promise<SignIn | null> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  if (text === null) return null;
  const found = /^([a-z-]+:\/\/)([^:@/]*):([^@/]+)@(\S+)$/.exec(text.trim());
  const [, scheme, name, password, rest] = found ?? [];
  if (password === undefined || !name?.endsWith(user))
    throw new Error(
      `${file} has no URL with a password of ${user}: put it right, or delete it for a new one`,
    );
  const prefix = name.slice(0, -user.length);
  return { password: decodeURIComponent(password), prefix, url: `${scheme}${rest}` };
}
