export { type Enrolment, enrol } from "./enrol.ts";
export { type Identity, identityPaths, readIdentity } from "./identity-files.ts";
export { type IdentityTrouble, Renewal, type RenewalOptions } from "./renewal.ts";
