import { z } from "zod";

/** Most lines of its log that an agent sends when it is asked. */
export const mostLogLines = 500;
/** Most characters of them in all; what does not fit is left out, the oldest first. */
export const mostLogLength = 64 * 1024;

/** That the server wants the last lines of an agent's log. */
export const logWantedSchema = z.strictObject({
  /** Names the asking: the answer repeats it. */
  id: z.uuid(),
  lines: z.int().min(1).max(mostLogLines),
});

export type LogWanted = z.infer<typeof logWantedSchema>;

/** The last lines of an agent's log, as it was asked for them. */
export const agentLogSchema = z.strictObject({
  id: z.uuid(),
  /** Lines of JSON as the agent wrote them, oldest first, each with its line feed. */
  text: z
    .string()
    .max(mostLogLength)
    .refine((text) => text.split("\n").length <= mostLogLines + 1, `has more than ${mostLogLines} lines`),
  /** Whether not all that were asked for did fit; the oldest were left out. */
  cut: z.boolean(),
});

export type AgentLog = z.infer<typeof agentLogSchema>;

/** Request header of a report: what its agent can do beside reporting, a comma list; an answer asks it for nothing else. */
export const agentCanHeader = "tapline-agent-can";
/** In it: send the last lines of its log. */
export const canSendLog = "log";
