import { TaplineError } from "@tapline/core/kernel";
import { openBufferDesk } from "../wire/commands/buffer.ts";
import { findStores } from "./find-stores.ts";

export type BufferDesk = ReturnType<typeof openBufferDesk>;

/** Works on the buffer of the installation. @throws TaplineError `misconfigured` where no Redis is known */
export async function withBuffer<Value>(work: (desk: BufferDesk) => Promise<Value>): Promise<Value> {
  const { databaseUrl, redisUrl } = await findStores();
  if (redisUrl === undefined)
    throw new TaplineError("misconfigured", "REDIS_URL is not set", {
      remedy: "set it to the Redis of the installation, beside DATABASE_URL",
    });
  const desk = openBufferDesk(databaseUrl, redisUrl);
  try {
    return await work(desk);
  } finally {
    await desk.close();
  }
}
