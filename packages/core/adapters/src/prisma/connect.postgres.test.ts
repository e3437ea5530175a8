import { expect, test } from "vitest";
import { freshDatabase } from "../../../../../tools/test-servers/index.ts";
import { connectPrisma } from "./connect.ts";

test("a transaction waits for a connection as long as a loaded machine needs", async () => {
  const prisma = connectPrisma(await freshDatabase());
  // Longer than the 2 s that Prisma would wait.
  const busy = Array.from({ length: 8 }, () => prisma.$queryRaw`SELECT pg_sleep(3)::text`);
  const held = Promise.all(busy);
  const [row] = await prisma.$transaction(
    async (tx) => await tx.$queryRaw<{ one: number }[]>`SELECT 1 AS one`,
  );
  expect(row).toEqual({ one: 1 });
  await held;
  await prisma.$disconnect();
});
