import type { FleetAgent } from "@tapline/core/rollout";
import { z } from "zod";
import { fromPostgres } from "../from-stores.ts";
import { router, viewerProcedure } from "../trpc/init.ts";

const listInput = z
  .strictObject({
    /** Agents behind this one, by name. */
    after: z.string().max(63).default(""),
    limit: z.int().min(1).max(1_000).default(500),
    /** Only those not heard of for so long, ms. */
    silentForMs: z.int().min(0).optional(),
  })
  .prefault({});

export const fleetRouter = router({
  /** Agents by name, with what they last reported; `next` asks for more, null = that was all. */
  list: viewerProcedure.input(listInput).query(async ({ ctx, input }) => {
    const nowEpochMs = Date.now();
    const agents = (await fromPostgres(ctx.fleet.agents())).filter(
      (agent) => agent.id > input.after && isSilent(agent, input.silentForMs, nowEpochMs),
    );
    const page = agents.slice(0, input.limit);
    return { agents: page, next: agents.length > page.length ? (page.at(-1)?.id ?? null) : null };
  }),
  /** What holds for all, and the roll-outs under way. */
  state: viewerProcedure.query(({ ctx }) => fromPostgres(ctx.fleet.state())),
});

function isSilent({ last }: FleetAgent, silentForMs: number | undefined, nowEpochMs: number): boolean {
  if (silentForMs === undefined) return true;
  return last === null || nowEpochMs - last.seenAtEpochMs > silentForMs;
}
