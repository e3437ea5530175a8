export type { AppRouter } from "../server/trpc/app-router.ts";
export type { ErrorDetail } from "../server/trpc/map-error.ts";

/** Response header: the server's clock when it answered, ms since 1970. Lets a browser tell a number's age. */
export const serverTimeHeader = "x-tapline-time";

/** How many procedures one HTTP request may call. */
export const maxCallsPerRequest = 10;
