export { asRedisUser, setUserCommands } from "./service-users.ts";
