import { type Act, connectPrisma, recordOperation } from "@tapline/adapters/prisma";
import { offeredHostKey } from "@tapline/adapters/sftp";

export type Repin = {
  readonly target: string;
  readonly known: readonly string[];
  readonly pins: readonly string[];
};

/** The host key that a server shows now. */
export const askHostKey = offeredHostKey;

/** Records that host keys of an archive are believed from now on. */
export async function recordRepin(
  databaseUrl: string,
  { target, known, pins }: Repin,
  act: Act & { atEpochMs: number },
) {
  const prisma = connectPrisma(databaseUrl);
  try {
    const change = { before: { pins: known.join(",") }, after: { pins: pins.join(",") } };
    const what = { action: "archive.repinned" as const, subject: `archive/${target}`, facts: {}, ...change };
    await recordOperation(prisma, act, what, act.atEpochMs);
  } finally {
    await prisma.$disconnect();
  }
}
