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

/** What every child of a bench needs: search path, temporary folder, and Node's options for profiling. */
export function baseEnvironment(): Record<string, string> {
  const { PATH = "", TMPDIR, NODE_OPTIONS } = process.env;
  return {
    PATH,
    ...(TMPDIR === undefined ? {} : { TMPDIR }),
    ...(NODE_OPTIONS === undefined ? {} : { NODE_OPTIONS }),
  };
}
