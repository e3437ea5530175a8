/** What the tools read from the environment. Everything has a default. */
export type ServersConfig = Readonly<{
  /** An existing PostgreSQL to use in place of ours. */
  databaseUrl: string | undefined;
  /** An existing Redis to use in place of ours. */
  redisUrl: string | undefined;
  /** Where programs are looked for, in order. `sbin` is not on every user's PATH, yet sshd lives there. */
  searchPath: readonly string[];
  /** Where copies of server programs are kept between runs. */
  cacheDir: string;
  /** True on a CI machine: there a missing part is a failure, not a skipped test. */
  isCi: boolean;
}>;

/** Reads the settings of `tools/servers` once. */
export function readServersConfig(env: NodeJS.ProcessEnv = process.env): ServersConfig {
  const isRoot = process.getuid?.() === 0;
  const home = env.XDG_CACHE_HOME ?? `${env.HOME ?? "/tmp"}/.cache`;
  return {
    databaseUrl: env.DATABASE_URL || undefined,
    redisUrl: env.REDIS_URL || undefined,
    searchPath: [...(env.PATH ?? "").split(":").filter(Boolean), "/usr/local/sbin", "/usr/sbin", "/sbin"],
    cacheDir: env.TAPLINE_CACHE_DIR || (isRoot ? "/var/cache/tapline" : `${home}/tapline`),
    isCi: env.CI !== undefined && env.CI !== "" && env.CI !== "false",
  };
}
