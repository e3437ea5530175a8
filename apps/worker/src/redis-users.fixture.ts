import type { Redis } from "ioredis";
import { asRedisUser, setUserCommands, userLines } from "../../../tools/redis/index.ts";

/** Has each service be a user of that Redis. @param redis signed in as who may do all */
export async function admitUsers(redis: Redis, password: string): Promise<void> {
  for (const command of setUserCommands(() => password)) {
    const [name = "", ...args] = command.split(" ");
    await redis.call(name, ...args);
  }
}

/** The URL by which people's commands sign in to that Redis in a cluster. @param redis signed in as who may do all */
export async function admitCommands(redis: Redis, url: string): Promise<string> {
  const password = "of-commands";
  for (const line of userLines(["services"], () => [password])) {
    const [, ...args] = line.split(" ");
    await redis.call("ACL", "SETUSER", ...args);
  }
  return asRedisUser(url, "services", password);
}
