import type { Redis } from "ioredis";
import { setUserCommands } from "../../../tools/redis/index.ts";

/** Has each service be a user of that Redis. @param redis signed in as who may do all */
export async function admitUsers(redis: Redis, password: string): Promise<void> {
  for (const command of setUserCommands(() => password)) {
    const [name = "", ...args] = command.split(" ");
    await redis.call(name, ...args);
  }
}

/**
 * What Redis refused to users, also within scripts and where whoever asked says nothing of it; but that its settings were asked for, which
 * all processes do at their start.
 */
export async function refusedToUsers(redis: Redis): Promise<string[]> {
  const entries = (await redis.acl("LOG")) as string[][];
  const told = entries.map((entry) => {
    const of = (name: string) => entry[entry.indexOf(name) + 1];
    return `${of("username")}: ${of("reason")} ${of("object")} (${of("context")})`;
  });
  return told.filter((refusal) => !refusal.includes(": command config|get "));
}
