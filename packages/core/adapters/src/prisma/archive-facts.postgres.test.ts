import { afterAll, beforeAll, expect, test } from "vitest";
import { freshDatabase } from "../../../../../tools/test-servers/index.ts";
import { ClosedArchives } from "./closed-archives.ts";
import { connectPrisma } from "./connect.ts";
import { DeclaredArchivesFact } from "./declared-archives.ts";
import type { PrismaClient } from "./generated/client.ts";

let prisma: PrismaClient;
beforeAll(async () => {
  prisma = connectPrisma(await freshDatabase());
});
afterAll(() => prisma.$disconnect());

test.each(['["main"', '{"other":1}', ""])(
  "a fact of archives that says %j stops nobody, and is written anew",
  async (value) => {
    for (const name of ["archives.closed", "archives.declared"])
      await prisma.installationFact.upsert({ where: { name }, create: { name, value }, update: { value } });
    const [closed, declared] = [new ClosedArchives(prisma), new DeclaredArchivesFact(prisma)];
    expect([await closed.read(), await declared.read()]).toEqual([[], null]);
    expect(await closed.set("main", false)).toEqual([]);
    expect(await closed.read()).toEqual(["main"]);
    const told = { mode: "mirror", quorum: 1, targets: [], by: "worker", atEpochMs: 1 } as const;
    await declared.declare({ ...told, targets: [] });
    expect(await declared.read()).toEqual(told);
  },
);
