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
    const facts = { before: known.join(","), after: pins.join(",") };
    await recordOperation(
      prisma,
      act,
      { action: "archive.repinned", subject: `archive/${target}`, facts },
      act.atEpochMs,
    );
  } finally {
    await prisma.$disconnect();
  }
}
