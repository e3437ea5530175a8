import { expect, test } from "vitest";
import { oidcSettingsOf } from "./oidc-settings.ts";

const usual = {
  TAPLINE_OIDC_ISSUER: "https://id.clinic.example/realm",
  TAPLINE_OIDC_CLIENT_ID: "tapline",
  TAPLINE_OIDC_CLIENT_SECRET_FILE: "/secret",
};
const roles = { TAPLINE_OIDC_ROLE_CLAIM: "groups", TAPLINE_OIDC_ROLES: "a=b=operator, guests = viewer" };
const read = () => "s3cret\n";

test("without an issuer people sign in here alone", () => {
  expect(oidcSettingsOf({}, read)).toBeUndefined();
});

test("an issuer, what it gave, and which groups give which role", () => {
  expect(oidcSettingsOf({ ...usual, ...roles, TAPLINE_OIDC_DOMAINS: "A.example, b.example" }, read)).toEqual({
    ...{ issuer: "https://id.clinic.example/realm", clientId: "tapline", clientSecret: "s3cret" },
    ...{ name: "id.clinic.example", domains: ["a.example", "b.example"], roleClaim: "groups" },
    roles: new Map([
      ["a=b", "operator"],
      ["guests", "viewer"],
    ]),
    sites: new Map(),
  });
});

test("which groups give which sites, and which the whole", () => {
  const given = { TAPLINE_OIDC_SITES: "guests=north, a=b=*, guests = south, a=b=north, x=north,x=*" };
  expect(oidcSettingsOf({ ...usual, ...roles, ...given }, read)?.sites).toEqual(
    new Map([
      ["guests", ["north", "south"]],
      ["a=b", null],
      ["x", null],
    ]),
  );
});

test.each([
  ["something without an issuer", { TAPLINE_OIDC_NAME: "Clinic ID" }, "TAPLINE_OIDC_NAME is set"],
  ["no client", { TAPLINE_OIDC_ISSUER: usual.TAPLINE_OIDC_ISSUER }, "without TAPLINE_OIDC_CLIENT_ID"],
  ["a claim that gives nothing", { ...usual, TAPLINE_OIDC_ROLE_CLAIM: "groups" }, "only one of"],
  ["an admin by a group", { ...usual, ...roles, TAPLINE_OIDC_ROLES: "chiefs=admin" }, "chiefs=admin"],
  ["sites where nobody comes in", { ...usual, TAPLINE_OIDC_SITES: "guests=*" }, "no group gives a role"],
  ["a group that leads nowhere", { ...usual, ...roles, TAPLINE_OIDC_SITES: "guests=" }, "has guests="],
  ["sites of nobody", { ...usual, ...roles, TAPLINE_OIDC_SITES: "north" }, "has north"],
  ["a group without a name", { ...usual, ...roles, TAPLINE_OIDC_ROLES: "=viewer" }, "=viewer"],
])("refuses %s, and names it", (_, env, message) => {
  expect(() => oidcSettingsOf(env, read)).toThrow(message);
});

test("refuses a secret that is empty", () => {
  expect(() => oidcSettingsOf(usual, () => " \n")).toThrow("TAPLINE_OIDC_CLIENT_SECRET_FILE is empty");
});
