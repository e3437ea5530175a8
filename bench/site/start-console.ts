import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ofType, startChild } from "../child.ts";
import { baseEnvironment } from "../installation/index.ts";
import type { Stores } from "./start-stores.ts";

/** The console's own server as it runs in production. */
export type ConsoleProcess = {
  readonly origin: string;
  readonly pid: number;
  /** Signs its first person in. @returns the cookie that a browser would keep */
  readonly signIn: () => Promise<string>;
  readonly stop: () => Promise<void>;
};

const person = { email: "bench@console.test", password: "a pass phrase for the bench" };

/** @param stores what it works on; its secret lies in their folder */
export async function startConsole(
  stores: Pick<Stores, "dir" | "servicesUrl" | "redisUrl">,
): Promise<ConsoleProcess> {
  const secretFile = join(stores.dir, "secret");
  await writeFile(secretFile, randomBytes(32).toString("hex"), { mode: 0o600 });
  const child = startChild("../../apps/web/.next/console/main.mjs", import.meta.url, {
    ...baseEnvironment(),
    ...{ NODE_ENV: "production", LOG_LEVEL: "warn", NEXT_TELEMETRY_DISABLED: "1" },
    ...{
      DATABASE_URL: stores.servicesUrl,
      REDIS_URL: stores.redisUrl,
      TAPLINE_WEB_SECRET_FILE: secretFile,
    },
  });
  try {
    const { port } = await child.next(ofType("ready"));
    const origin = `http://127.0.0.1:${String(port)}`;
    child.send({ type: "ensure-first-admin", ...person });
    const { error } = await child.next(ofType("first-admin"));
    if (error !== undefined) throw new Error(`the console has no first person: ${String(error)}`);
    return { origin, pid: child.pid, signIn: () => signIn(origin), stop: child.stop };
  } catch (error) {
    await child.stop();
    throw error;
  }
}

async function signIn(origin: string): Promise<string> {
  const answer = await fetch(`${origin}/api/auth/sign-in/email`, {
    method: "POST",
    headers: { "content-type": "application/json", origin },
    body: JSON.stringify(person),
  });
  if (!answer.ok) throw new Error(`the console answered a sign-in with ${answer.status}`);
  return answer.headers
    .getSetCookie()
    .map((line) => line.split(";", 1)[0])
    .join("; ");
}
