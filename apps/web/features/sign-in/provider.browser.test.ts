import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { connectPrisma } from "@tapline/adapters/prisma";
import { pagesBuiltWithinMs, temporaryFolder } from "@tapline/tools/test-servers";
import { afterAll, afterEach, beforeAll, expect, inject, test } from "vitest";
import { OidcProviderFixture } from "../../server/auth/oidc-provider.fixture.ts";
import { addPerson } from "../../server/people/add-person.fixture.ts";
import { Browsing, expectAccessible, shoot } from "../../test-site/browsing.ts";
import { type Site, startSite } from "../../test-site/start-site.ts";

const chromiumPath = inject("chromium");
const grace = { email: "grace@clinic.test", password: "a pass phrase of hers" };

let provider: OidcProviderFixture;
let site: Site;
let browsing: Browsing;

beforeAll(async () => {
  if (chromiumPath === null) return;
  provider = await OidcProviderFixture.start();
  const secretFile = join(await temporaryFolder(), "client-secret");
  writeFileSync(secretFile, provider.clientSecret, { mode: 0o600 });
  const settings = {
    ...{ TAPLINE_OIDC_ISSUER: provider.issuer, TAPLINE_OIDC_CLIENT_ID: provider.clientId },
    ...{ TAPLINE_OIDC_CLIENT_SECRET_FILE: secretFile, TAPLINE_OIDC_NAME: "Clinic ID" },
  };
  [site, browsing] = await Promise.all([startSite(settings), Browsing.start(chromiumPath)]);
  provider.serve([`${site.origin}/api/auth/oidc/callback`]);
  const prisma = connectPrisma(site.databaseUrl);
  await addPerson(prisma, { ...grace, name: "Grace Hopper", role: "operator" });
  await prisma.$disconnect();
}, pagesBuiltWithinMs);
afterEach(() => browsing?.closePages());
afterAll(async () => {
  await browsing?.close();
  await site?.stop();
  await provider?.stop();
});

test.skipIf(chromiumPath === null)(
  "one signs in at the provider and out here; a stranger, and an answer that does not fit, lead back and say why",
  { timeout: 300_000 },
  async () => {
    provider.people.set("s-grace", { email: grace.email, email_verified: true, name: "Grace" });
    provider.people.set("s-eve", { email: "eve@clinic.test", email_verified: true, name: "Eve" });
    provider.subject = "s-eve";
    const page = await browsing.openPage();
    await page.goto(`${site.origin}/alerts?state=history`);
    const go = page.getByRole("button", { name: "Continue with Clinic ID" });
    await go.waitFor();
    await expectAccessible(page);
    await shoot(page, "sign-in-provider-light");
    await go.click();
    await page.getByText("There is no account for you here").waitFor();
    await page.setViewportSize({ width: 390, height: 844 });
    await page.emulateMedia({ colorScheme: "dark" });
    await expectAccessible(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    await shoot(page, "sign-in-provider-unknown-phone-dark");

    provider.forgery = { claims: { aud: "another-console" } };
    provider.subject = "s-grace";
    await page.context().clearCookies();
    await go.click();
    await page.getByText("Signing in at Clinic ID failed").waitFor();

    provider.forgery = null;
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.context().clearCookies();
    await go.click();
    await page.getByRole("button", { name: "Grace Hopper" }).click();
    expect(new URL(page.url()).pathname).toBe("/alerts");
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByLabel("Password").waitFor();
    await page.goto(`${site.origin}/alerts`);
    await go.waitFor();
  },
);
