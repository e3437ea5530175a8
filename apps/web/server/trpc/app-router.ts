import { fleetRouter } from "../routers/fleet.ts";
import { kpiRouter } from "../routers/kpi.ts";
import { router } from "./init.ts";

export const appRouter = router({ fleet: fleetRouter, kpi: kpiRouter });

export type AppRouter = typeof appRouter;
