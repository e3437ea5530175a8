import { afterAll, beforeAll, expect, test } from "vitest";
import { freshDatabase } from "../../../../../../tools/test-servers/index.ts";
import { connectPrisma, type PrismaClient } from "../index.ts";
import { KpiTotalsBook } from "./index.ts";

let prisma: PrismaClient;
let book: KpiTotalsBook;

beforeAll(async () => {
  prisma = connectPrisma(await freshDatabase());
  book = new KpiTotalsBook(prisma);
});
afterAll(() => prisma.$disconnect());

const beginEpochMs = Date.UTC(2026, 10, 23, 12);
const totals = { ingested: 7, archived: 5, duplicates: 1, rejected: 1, segments: 2 };

test("there are no totals before the first minute; then the last that were kept, and up to when they count", async () => {
  expect(await book.last()).toBeNull();
  await book.keep({ totals, untilEpochMs: beginEpochMs });
  const later = { totals: { ...totals, segments: 3 }, untilEpochMs: beginEpochMs + 60_000 };
  await book.keep(later);
  expect(await book.last()).toEqual(later);
});
