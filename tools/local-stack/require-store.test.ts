import { createServer } from "node:net";
import { expect, it } from "vitest";
import { freePort } from "../servers/index.ts";
import { requireStore } from "./require-store.ts";

it("names a store that does not answer, and never its password", async () => {
  const port = await freePort();
  const refused = requireStore("Redis", "REDIS_URL", `redis://:s3cret@127.0.0.1:${port}/0`);
  await expect(refused).rejects.toMatchObject({
    code: "unavailable",
    message: `Redis at 127.0.0.1:${port} does not answer`,
    remedy: "start it, or unset REDIS_URL",
  });
});

it("is content with a store that takes connections", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  await requireStore("PostgreSQL", "DATABASE_URL", `postgresql://u:p@127.0.0.1:${port}/tapline`);
  server.close();
});
