import { appRouter } from "./app-router.ts";

/** The paths of all mutations, such as `agent.revoke`. */
export function mutationPaths(): string[] {
  // At run time procedures lie flat by their paths, which tRPC's types do not tell.
  const procedures = appRouter._def.procedures as unknown as Record<string, { _def: { type: string } }>;
  return Object.keys(procedures).filter((path) => procedures[path]?._def.type === "mutation");
}
