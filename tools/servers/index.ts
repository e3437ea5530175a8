export { chromiumArguments } from "./chromium-arguments.ts";
export { readServersConfig, type ServersConfig } from "./config.ts";
export { installDebianPackages, isDebian, unpackDebianPackages } from "./debian-packages.ts";
export { findFaketime } from "./find-faketime.ts";
export { findProgram } from "./find-program.ts";
export { findRedis, type Progress, type RedisProgram } from "./find-redis.ts";
export { freePort, requirePort } from "./free-port.ts";
export { pathExists } from "./path-exists.ts";
export { type PeerFiles, peerParameters, readPeer, withPeer } from "./peer-files.ts";
export { createDatabase, dropDatabase } from "./postgres-databases.ts";
export { lastLines, runCommand } from "./run-command.ts";
export { type RunningServer, startServer } from "./running-server.ts";
export { databaseName, type PostgresOptions, startPostgres } from "./start-postgres.ts";
export { pingRedis, type RedisOptions, startRedis } from "./start-redis.ts";
export { stopChild, stopLeftover } from "./stop-process.ts";
export {
  forgetMount,
  forgetProcess,
  killWatchedNow,
  onGuardLost,
  removeWhenGone,
  unmountWhenGone,
  watchOver,
} from "./watch-over.ts";
