import { connectPrisma } from "@tapline/adapters/prisma";
import { expect, test } from "vitest";
import { freePort } from "../../../../tools/servers/index.ts";
import { freshDatabase, serviceOf } from "../../../../tools/test-servers/index.ts";
import { databaseTrouble } from "./database-trouble.ts";

async function troubleAt(url: string) {
  const prisma = connectPrisma(url);
  const thrown: unknown = await prisma.agent.findMany().catch((error: unknown) => error);
  await prisma.$disconnect();
  if (!(thrown instanceof Error)) throw new Error("the database answered");
  return databaseTrouble(thrown);
}

test("a database that is away is named in one line, with what to do", async () => {
  const port = await freePort();
  expect(await troubleAt(`postgresql://u:p@127.0.0.1:${port}/x`)).toMatchObject({
    code: "unavailable",
    message: `PostgreSQL at 127.0.0.1:${port} does not answer`,
    remedy: expect.stringContaining("DATABASE_URL"),
  });
});

test("a database that is too busy to begin is named, and that nothing was changed", async () => {
  const prisma = connectPrisma(await freshDatabase());
  const thrown: unknown = await prisma
    .$transaction(async (tx) => await tx.$executeRaw`SELECT pg_sleep(0.5)`, { timeout: 50 })
    .catch((error: unknown) => error);
  await prisma.$disconnect();
  if (!(thrown instanceof Error)) throw new Error("the transaction went through");
  expect(databaseTrouble(thrown)).toMatchObject({
    code: "unavailable",
    message: expect.stringContaining("nothing was changed"),
  });
});

test("a database that refuses a table to a service's own user says which", async () => {
  expect(await troubleAt(serviceOf(await freshDatabase(), "telemetry"))).toMatchObject({
    code: "misconfigured",
    message: "PostgreSQL refuses this to the user of DATABASE_URL: permission denied for table agent",
    remedy: expect.stringContaining("the user that commands have"),
  });
});

test("other errors are left alone", () => {
  expect(databaseTrouble(new Error("x"))).toBeUndefined();
});
