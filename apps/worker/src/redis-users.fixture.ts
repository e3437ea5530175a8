import type { Redis } from "ioredis";
import { setUserCommands } from "../../../tools/redis/index.ts";

/** Has each service be a user of that Redis. @param redis signed in as who may do all */
export async function admitUsers(redis: Redis, password: string): Promise<void> {
  for (const command of setUserCommands(() => password)) {
    const [name = "", ...args] = command.split(" ");
    await redis.call(name, ...args);
  }
}
