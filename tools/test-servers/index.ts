export { testEnvironment } from "./config.ts";
export {
  freshDatabase,
  ownPostgres,
  ownRedis,
  sharedRedis,
  sharedSshd,
  temporaryFolder,
} from "./own-server.ts";
export { type Sshd, startSshd } from "./start-sshd.ts";
