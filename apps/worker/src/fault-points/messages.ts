import { z } from "zod";

/** What a parent tells a process whose fault points are on. */
export const faultMessageSchema = z.discriminatedUnion("type", [
  /** The next pass of `point` is held until an order comes; it holds one pass. */
  z.object({ type: z.literal("fault.arm"), point: z.string() }),
  /** No point is armed any more; passes that are held go on. */
  z.object({ type: z.literal("fault.disarm") }),
  /** Asks for a `fault.passes` answer. */
  z.object({ type: z.literal("fault.list") }),
  /** What becomes of a held pass: it goes on, at once or after `stallMs`, or its process dies. */
  z.object({
    type: z.literal("fault.order"),
    pass: z.number(),
    order: z.enum(["go", "die", "stall"]),
    stallMs: z.number().nonnegative().default(0),
  }),
]);

export type FaultMessage = z.infer<typeof faultMessageSchema>;
export type FaultOrder = Extract<FaultMessage, { type: "fault.order" }>;

/** What the process tells its parent. */
export type FaultNews =
  /** A pass of an armed point is held: the `nth` one of this process. */
  | { readonly type: "fault.at"; readonly point: string; readonly nth: number; readonly pass: number }
  /** Every point of this process, and how often it was passed. */
  | { readonly type: "fault.passes"; readonly passes: Readonly<Record<string, number>> };
