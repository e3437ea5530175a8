/**
 * The environment in which `prisma generate` runs. The command looks for a schema engine to download although it
 * needs none, so it is shown a program that exists: no engine is fetched, and none is ever run.
 */
export function generateEnvironment(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return {
    ...env,
    PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    PRISMA_HIDE_UPDATE_MESSAGE: "1",
    CHECKPOINT_DISABLE: "1",
  };
}
