import { join } from "node:path";

/** Where Node keeps what it made of our sources, as for the commands (tools/setup/launch.mjs): `NODE_COMPILE_CACHE`. */
export const compiledDir = join(import.meta.dirname, "../../node_modules/.cache/tapline");

/** The environment for a program under test: ours, less what would lead it to somebody else's servers. */
export function testEnvironment(extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const { DATABASE_URL: _database, REDIS_URL: _redis, TAPLINE_DATA_DIR: _dataDir, ...rest } = process.env;
  return { ...rest, ...extra };
}

/** True where a test that cannot have virtual PC/SC readers fails in place of being skipped. */
export function requiresPcsc(env: NodeJS.ProcessEnv = process.env): boolean {
  return env.TAPLINE_REQUIRE_PCSC === "1";
}

/** True where tests in namespaces of their own, of networks or of mounts, must run: `TAPLINE_REQUIRE_NETNS=1`. */
export function requiresNamespaces(env: NodeJS.ProcessEnv = process.env): boolean {
  return env.TAPLINE_REQUIRE_NETNS === "1";
}
