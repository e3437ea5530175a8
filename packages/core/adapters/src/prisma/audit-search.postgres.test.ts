import { freshDatabase } from "@tapline/tools/test-servers";
import { expect, onTestFinished, test } from "vitest";
import { AuditEntries, connectPrisma } from "./index.ts";

/** More than there are connections, and no more than may wait. */
const searches = 12;

test("whoever searches the log for texts leaves connections to all others", async () => {
  const url = await freshDatabase();
  const [prisma, holder] = [connectPrisma(url), connectPrisma(url)];
  onTestFinished(async () => {
    await Promise.all([prisma.$disconnect(), holder.$disconnect()]);
  });
  const entries = new AuditEntries(prisma);
  const ends = await holder.$transaction(
    async (tx) => {
      // A search that does not come to an end by itself.
      await tx.$executeRaw`LOCK TABLE audit_entry IN ACCESS EXCLUSIVE MODE`;
      const asked = Array.from({ length: searches }, () =>
        entries.page({ text: "x" }, 10).then(() => "search"),
      );
      const ended = Promise.allSettled(asked);
      const other = prisma.$transaction((own) => own.user.count()).then(() => "another one");
      const first = await Promise.race([other, ...asked.map((one) => one.catch(() => "search"))]);
      return { first, ended };
    },
    { timeout: 60_000 },
  );
  expect(ends.first).toBe("another one");
  await ends.ended;
});
