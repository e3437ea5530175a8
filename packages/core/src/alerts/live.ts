import { z } from "zod";
import { alertSchema } from "./alert.ts";

/** Alerts of one piece of news: so many are some 100 kB. */
export const mostAlertsPerNews = 100;

/** What is told of alerts as it happens. A reader drops of an alert what is not of a higher revision than what it has. */
export const alertNewsSchema = z.discriminatedUnion("is", [
  z.strictObject({
    is: z.literal("alerts"),
    alerts: z.array(alertSchema).min(1).max(mostAlertsPerNews),
    /** False: it holds so, but it is not written down yet, or cannot be while the database is away. Told anew once it is. */
    recorded: z.boolean(),
  }),
  /** Other rules are in force. */
  z.strictObject({ is: z.literal("rules"), version: z.int() }),
]);

export type AlertNews = z.infer<typeof alertNewsSchema>;
