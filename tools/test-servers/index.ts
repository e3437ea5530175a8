export { admitUser, refusedToUsers } from "../redis/index.ts";
export { compiledDir, testEnvironment } from "./config.ts";
export { buildConsolePages, pagesBuiltWithinMs } from "./console-pages.ts";
export { type CuttableWire, cuttableWire, wireTo } from "./cuttable-wire.ts";
export { MeshAuthority, serviceUri } from "./mesh-certificates.ts";
export { ownRedisCluster } from "./own-redis-cluster.ts";
export { ownReplicatedRedis } from "./own-replicated-redis.ts";
export {
  freshDatabase,
  ownPostgres,
  ownRedis,
  serviceOf,
  servicesOf,
  sharedRedis,
  sharedSshd,
  temporaryFolder,
} from "./own-server.ts";
export { mountVolume, type Volume } from "./small-volume.ts";
export { startProftpd } from "./start-proftpd.ts";
export { type Sshd, startSshd } from "./start-sshd.ts";
