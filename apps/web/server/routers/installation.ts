import { fromPostgres } from "../from-stores.ts";
import { router, viewerProcedure } from "../trpc/init.ts";

/** How this installation is set; nothing of it is changed here. */
export const installationRouter = router({
  show: viewerProcedure.query(({ ctx }) => fromPostgres(ctx.installation())),
});
