/** The environment for a program under test: ours, less what would lead it to somebody else's servers. */
export function testEnvironment(extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const { DATABASE_URL: _database, REDIS_URL: _redis, TAPLINE_DATA_DIR: _dataDir, ...rest } = process.env;
  return { ...rest, ...extra };
}
