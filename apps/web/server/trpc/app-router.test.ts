import { verbsOf } from "@tapline/core/audit";
import { expect, test } from "vitest";
import { mutationPaths } from "./mutations.fixture.ts";

/** What better-auth does, whose database writes it (auth/recorded-people.ts). */
const ofSignIn = ["sign-in", "sign-out", "people"];
/** Links in messages and invitations, which ask for no session (alerts/acknowledge-link.ts, auth/joining.ts). */
const ofLinks = ["acknowledge-link", "invitation"];

test("every mutation is known to write into the audit log, and by which action", () => {
  const mutations = mutationPaths();
  expect(mutations.length).toBeGreaterThan(3);
  expect(verbsOf("console").toSorted()).toEqual([...mutations, ...ofSignIn, ...ofLinks].toSorted());
});
