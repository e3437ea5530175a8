import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connectPrisma, ReleaseDesk, type ShiftListing } from "@tapline/adapters/prisma";
import { connectRedis, SegmentShares } from "@tapline/adapters/redis";
import type { StartedStack } from "../installation/index.ts";
import { inStack } from "./in-stack.ts";
import { isBackAt, type RollBack, type RollBackFrom } from "./roll-back-rows.ts";

const goesWithinMs = 90_000;
const lookEveryMs = 10;
const service = "validation";
/** The share that the release has when it is rolled back. */
const sharePercent = 50;

type Opened = Readonly<{
  stack: StartedStack;
  prisma: ReturnType<typeof connectPrisma>;
  desk: ReleaseDesk;
  shares: SegmentShares;
}>;

/** Rolls a release back by the command that people type, in `npm start` under a little load: out of a shift, and once it has all. */
export async function rollBacks(
  { rounds, say }: { readonly rounds: number; readonly say: (line: string) => void },
  faults: string[],
): Promise<RollBack[]> {
  const found: RollBack[] = [];
  await inStack({ otherwise: "not every release was rolled back" }, faults, async (stack) => {
    const { databaseUrl, redisUrl } = await stack.stores();
    const [prisma, redis] = [connectPrisma(databaseUrl), connectRedis(redisUrl, () => undefined)];
    const opened = {
      stack,
      prisma,
      desk: new ReleaseDesk(prisma, Date.now),
      shares: new SegmentShares(redis),
    };
    try {
      const { version } = JSON.parse(
        readFileSync(join(import.meta.dirname, "../../apps/worker/package.json"), "utf8"),
      ) as { version: string };
      await release(stack, "create", "--service", service, "--of", version);
      for (let round = 0; round < rounds; round++) {
        found.push(await rollBack("shift", opened));
        found.push(await rollBack("all", opened));
      }
      say(`${found.length} roll-backs`);
    } finally {
      redis.disconnect();
      await prisma.$disconnect();
    }
  });
  return found;
}

const release = (stack: StartedStack, ...args: string[]): Promise<void> =>
  stack.tapline("release", ...args, "--reason", "a bench", "--by", "bench", "--yes");

async function rollBack(from: RollBackFrom, opened: Opened): Promise<RollBack> {
  const { stack, prisma, desk, shares } = opened;
  await leadTo(from, opened);
  // Whoever rolls back has seen something first: what came of the last shift is at rest by then.
  await stack.settled();
  const begunAtEpochMs = Date.now();
  const [, backAtEpochMs] = await Promise.all([
    release(stack, "rollback", service),
    seen(desk, (shift) => isBackAt(shift, begunAtEpochMs), "everything back"),
  ]);
  const { greenPercent } = (await shares.read())[service];
  if (greenPercent !== 0) throw new Error(`it is said to be back, and ${greenPercent} % are not`);
  const asked = await prisma.auditEntry.findFirst({
    where: {
      action: "release.rollback-started",
      actorId: "bench",
      recordedAt: { gte: new Date(begunAtEpochMs) },
    },
  });
  if (asked === null) throw new Error("the audit log does not say who rolled back");
  await seen(desk, ({ endedAtEpochMs }) => endedAtEpochMs, "the way back ended");
  return {
    from,
    tookMs: backAtEpochMs - begunAtEpochMs,
    askedMs: asked.recordedAt.getTime() - begunAtEpochMs,
  };
}

/** Leads the service to the release: to a share of it, or to all, until what ran before has ended. */
async function leadTo(from: RollBackFrom, { stack, desk, shares }: Opened): Promise<void> {
  if (from === "all") {
    await release(stack, "shift", "1", "--steps", "100", "--keep", "1s");
    await release(stack, "promote", service);
    await seen(desk, ({ state }) => (state.phase === "promoted" ? true : null), "promoted");
    return;
  }
  await release(stack, "shift", "1", "--steps", `${sharePercent},100`, "--window", "10m");
  await seen(desk, ({ state }) => state.routedAtEpochMs, "routed");
  const { greenPercent } = (await shares.read())[service];
  if (greenPercent !== sharePercent) throw new Error(`${greenPercent} % go to the release`);
}

/** What is said of the newest shift, once something is. */
async function seen<Result>(
  desk: ReleaseDesk,
  of: (shift: ShiftListing) => Result | null,
  what: string,
): Promise<Result> {
  const endMs = performance.now() + goesWithinMs;
  for (;;) {
    const [shift] = await desk.shifts({ service, limit: 1 });
    const result = shift === undefined ? null : of(shift);
    if (result !== null) return result;
    if (performance.now() > endMs)
      throw new Error(
        `${what} was not seen within ${goesWithinMs / 1_000} s: ${JSON.stringify(shift?.state)}`,
      );
    await sleep(lookEveryMs);
  }
}
