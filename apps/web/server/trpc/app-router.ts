import { kpiRouter } from "../routers/kpi.ts";
import { router } from "./init.ts";

export const appRouter = router({ kpi: kpiRouter });

export type AppRouter = typeof appRouter;
