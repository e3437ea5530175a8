import { z } from "zod";

const schema = z.object({
  /** PEM paths, named as the worker names them. */
  TAPLINE_INGEST_CERT: z.string(),
  TAPLINE_INGEST_KEY: z.string(),
  TAPLINE_AGENT_CA: z.string(),
});

/** What the bare server needs of the environment. */
export function readConfig(): { cert: string; key: string; agentCa: string } {
  const read = schema.parse(process.env);
  return { cert: read.TAPLINE_INGEST_CERT, key: read.TAPLINE_INGEST_KEY, agentCa: read.TAPLINE_AGENT_CA };
}

/** The search path and temporary folder, which every child of a bench needs. */
export function baseEnvironment(): Record<string, string> {
  const { PATH = "", TMPDIR } = process.env;
  return { PATH, ...(TMPDIR === undefined ? {} : { TMPDIR }) };
}
