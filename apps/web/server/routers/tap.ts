import { TaplineError } from "@tapline/core/kernel";
import { z } from "zod";
import { maxNameLength, readTapName, type TapName } from "../../contracts/tap-name.ts";
import { fromRedis } from "../from-stores.ts";
import { router, viewerProcedure } from "../trpc/init.ts";

const count = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
const nameSchema = z.string().max(maxNameLength);

const listInput = z.strictObject({
  /** An agent, a site or a tracker. */
  of: nameSchema.default(""),
  /** `next` of the page before. */
  cursor: z.string().max(500).nullish(),
  /** The query library says so of each page; there is no other. */
  direction: z.literal("forward").optional(),
});

const ofSites = viewerProcedure.meta({ scope: "site" });

/** Single taps: where they are, and how they came there. Their measurements are nowhere in it. */
export const tapRouter = router({
  /** The newest taps of an agent, a site, a tracker, or of all (""); of those who see some sites only, of agents there. */
  list: ofSites
    .input(listInput)
    .query(({ ctx, input }) => ctx.tapViews.list(input.of, input.cursor ?? null, ctx.viewer.sites)),
  /** One tap from its reader to the archive. */
  trace: ofSites
    .input(z.strictObject({ name: nameSchema }))
    .query(({ ctx, input }) => ctx.tapViews.trace(nameOf(input.name), ctx.viewer.sites)),
  /** The proof of one tap, as JSON: a worker makes it, since manifests lie in archives alone. */
  proof: ofSites
    .input(z.strictObject({ tracker: z.string().min(1).max(256), epoch: count, seq: count }))
    .query(async ({ ctx, input }) => {
      await ctx.tapViews.mustSee(input, ctx.viewer.sites);
      return { json: await fromRedis(ctx.tapProofs.ask(input)) };
    }),
});

/** @throws TaplineError `invalid-input` */
function nameOf(text: string): TapName {
  const name = readTapName(text);
  if (name !== null) return name;
  throw new TaplineError("invalid-input", "this names no tap", {
    remedy: "such as 2f00c1d4a9e37b10 12, gate-1/1/845, or the id of a segment",
  });
}
