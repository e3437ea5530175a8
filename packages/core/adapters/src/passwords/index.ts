export { passwordHash } from "./password-hash.ts";
