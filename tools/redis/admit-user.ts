import { randomBytes } from "node:crypto";
import { asRedisUser, type User, userLines } from "./service-users.ts";

/**
 * Has one of them be a user of that Redis, with its rights alone.
 * @param redis signed in as who may do all
 * @returns the URL by which that user signs in
 */
export async function admitUser(
  redis: { call(command: string, ...args: string[]): Promise<unknown> },
  url: string,
  user: User,
): Promise<string> {
  const password = randomBytes(12).toString("hex");
  for (const line of userLines([user], () => [password])) {
    const [, ...rules] = line.split(" ");
    await redis.call("ACL", "SETUSER", ...rules);
  }
  return asRedisUser(url, user, password);
}
