import { expect, test } from "vitest";
import { isPrivate } from "./private-text.ts";

test("what is private is known by its text, whatever stands around it", () => {
  for (const label of ["PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "OPENSSH PRIVATE KEY"])
    expect(
      isPrivate(`-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n-----BEGIN ${label}-----`),
    ).toBe(true);
  expect(isPrivate("age-secret-key-1qq")).toBe(true);
  expect(isPrivate("-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----")).toBe(false);
});
