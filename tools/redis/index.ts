export { admitUser } from "./admit-user.ts";
export {
  aclFile,
  asRedisUser,
  setUserCommands,
  type User,
  userLines,
  userOf,
  users,
} from "./service-users.ts";
export { refusedToUsers, signedIn } from "./told-of-users.ts";
export { writeUsers } from "./write-users.ts";
