import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { redisUrlForms, redisUrlPattern } from "@tapline/core/kernel";
import {
  aclFile,
  asRedisUser,
  sentinelAclFile,
  type User,
  userOf,
  users,
  usualUserPrefix,
} from "./service-users.ts";

export const newPassword = (): string => randomBytes(24).toString("base64url");

/** Under which name sentinels watch the Redis of the overlays. */
const masterName = "tapline";
const sentinelOf = (pod: number): string => `redis-${pod}.redis.tapline-data.svc.cluster.local:26379`;
/** The Redis of the overlays. */
const usualUrl = `redis-sentinel://${[0, 1, 2].map(sentinelOf).join(",")}/${masterName}`;

/**
 * Writes all that an installation's Redis and its services are given: `users.acl` and `<user>.url` for each user; for servers that fail
 * over `replica.conf`, and for their sentinels `sentinels.acl` and `watch.conf`. One whose file is there keeps its password, and by one in
 * `<user>.url.before` it is let in, too: so passwords are changed without a stop.
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
  await writeServers(dir, (user) => passwords.get(user) ?? [], named);
}

/** What the servers read, and their sentinels. */
async function writeServers(
  dir: string,
  passwordsOf: (user: User) => readonly string[],
  prefix: string,
): Promise<void> {
  const [replica, sentinel] = [userOf("replica", prefix), userOf("sentinel", prefix)];
  const [follows, watches] = [passwordsOf("replica")[0], passwordsOf("sentinel")[0]];
  const files = {
    "users.acl": aclFile(passwordsOf, prefix),
    "replica.conf": `masteruser ${replica}\nmasterauth ${follows}\n`,
    "sentinels.acl": sentinelAclFile(passwordsOf, prefix),
    "watch.conf": [
      ...[`sentinel auth-user ${masterName} ${sentinel}`, `sentinel auth-pass ${masterName} ${watches}`],
      ...[`sentinel sentinel-user ${sentinel}`, `sentinel sentinel-pass ${watches}`, ""],
    ].join("\n"),
  };
  for (const [name, text] of Object.entries(files)) await write(join(dir, name), text);
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
  // What it signs in to sentinels by is the user's own, too.
  const where = rest?.replace(new RegExp(`[?&]sentinelusername=${name}&sentinelpassword=.*$`), "");
  return { password: decodeURIComponent(password), prefix, url: `${scheme}${where}` };
}
