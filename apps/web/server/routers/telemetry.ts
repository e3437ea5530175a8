import { fromRedis } from "../from-stores.ts";
import { router, viewerProcedure } from "../trpc/init.ts";

export const telemetryRouter = router({
  /** How each service is, by its own word and by the mesh's; `null` where no collector has told for 10 s. */
  services: viewerProcedure.query(({ ctx }) => fromRedis(ctx.services.latest())),
});
