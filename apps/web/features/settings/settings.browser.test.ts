import { randomUUID } from "node:crypto";
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { totp } from "../../server/auth/totp.fixture.ts";
import { type AlertSite, ada, alertSite, grace, vera } from "../../test-site/alert-site.fixture.ts";
import { expectAccessible, isConnection, shoot, textOf, until } from "../../test-site/browsing.ts";

let site: AlertSite["site"];
let browsing: AlertSite["browsing"];

const { it, open } = alertSite(async (there) => {
  ({ site, browsing } = there);
});

async function openSettings(who = ada, path = "/settings"): Promise<Page> {
  const page = await open(who, path);
  await isConnection(page, "Live");
  await page.getByRole("heading", { name: "Settings", exact: true }).waitFor();
  return page;
}

/** A device that holds passkeys, and whose person unlocks them at once. */
const device = {
  protocol: "ctap2",
  transport: "internal",
  hasResidentKey: true,
  hasUserVerification: true,
  isUserVerified: true,
  automaticPresenceSimulation: true,
} as const;

const panel = (page: Page, name: string) => page.getByRole("region", { name, exact: true });
const sessions = (page: Page) => page.getByRole("list", { name: "Sessions" }).getByRole("listitem");

/** A browser of its own in which somebody signs in by the page. */
async function signInAt(who: typeof ada, path = "/"): Promise<Page> {
  const page = await browsing.openPage();
  await page.goto(`${site.origin}${path}`);
  await page.getByLabel("E-mail").fill(who.email);
  await page.getByLabel("Password").fill(who.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  return page;
}

it("one sees where one is signed in, and ends a session that somebody looks through: it says why and leads back", {
  timeout: 300_000,
}, async () => {
  const page = await openSettings(vera);
  await until(async () => expect(await sessions(page).count()).toBeGreaterThan(0));
  await panel(page, "Where you are signed in").getByText("this browser").waitFor();
  await expectAccessible(page);
  await shoot(page, "settings-you-light");

  const other = await signInAt(vera, "/alerts?state=history");
  await isConnection(other, "Live");
  const address = new URL(other.url());
  await page.reload();
  await until(async () => expect(await sessions(page).count()).toBe(2));
  await page.getByRole("button", { name: "Sign out all others" }).click();
  await panel(page, "Where you are signed in").getByText("1 session was ended.").waitFor();
  await other.getByText("You were signed out").waitFor();
  await expectAccessible(other);
  await shoot(other, "sign-in-ended-light");
  await other.getByLabel("E-mail").fill(vera.email);
  await other.getByLabel("Password").fill(vera.password);
  await other.getByRole("button", { name: "Sign in" }).click();
  await isConnection(other, "Live");
  expect(new URL(other.url()).pathname + new URL(other.url()).search).toBe(address.pathname + address.search);

  await page.keyboard.press("t");
  await until(async () => expect(await page.locator("html").getAttribute("data-theme")).toBe("dark"));
  await expectAccessible(page);
  await shoot(page, "settings-you-dark");
  await page.setViewportSize({ width: 390, height: 844 });
  await expectAccessible(page);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  await shoot(page, "settings-you-phone-dark");
});

it("a second factor is switched on by the app's code, asked for at sign-in, and a backup code stands in once", {
  timeout: 300_000,
}, async () => {
  const page = await openSettings(grace);
  await page.getByRole("button", { name: "Switch on…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Your password").fill("not the password");
  await dialog.getByRole("button", { name: "Continue" }).click();
  await dialog.getByText("The password is not right").waitFor();
  await dialog.getByLabel("Your password").fill(grace.password);
  await dialog.getByRole("button", { name: "Continue" }).click();
  const secret = await textOf(dialog.locator(".select-all"));
  await expectAccessible(page);
  await shoot(page, "settings-second-factor-light");
  const code = () => totp(`otpauth://totp/x?secret=${secret.trim()}`, Date.now());
  await dialog.getByLabel("Code that the app shows now").fill(code());
  await dialog.getByRole("button", { name: "Switch on" }).click();
  await page.getByRole("dialog", { name: "Your second factor is on" }).waitFor();
  const codes = await page
    .getByRole("list", { name: "Backup codes" })
    .getByRole("listitem")
    .allTextContents();
  expect(codes).toHaveLength(10);
  await expectAccessible(page);
  await shoot(page, "settings-backup-codes-light");
  await dialog.getByRole("button", { name: "I have kept them" }).click();
  await panel(page, "Second factor").getByText("On: an authenticator app").waitFor();
  await isConnection(page, "Live");

  const other = await signInAt(grace);
  await other.getByRole("button", { name: "use a backup code" }).click();
  await other.getByLabel("Backup code").fill("never-given");
  await other.getByRole("button", { name: "Sign in" }).click();
  await other.getByText("Wrong code").waitFor();
  await other.getByLabel("Backup code").fill(codes[0] ?? "");
  await expectAccessible(other);
  await shoot(other, "sign-in-backup-code-light");
  await other.getByRole("button", { name: "Sign in" }).click();
  await isConnection(other, "Live");

  await page.getByRole("button", { name: "Switch off…" }).click();
  await dialog.getByLabel("Your password").fill(grace.password);
  await dialog.getByRole("button", { name: "Switch off" }).click();
  await panel(page, "Second factor").getByText("Off", { exact: true }).waitFor();
});

it("an admin invites somebody by a link that makes the account; who is disabled is led out", {
  timeout: 300_000,
}, async () => {
  const page = await openSettings(ada, "/settings/people");
  const people = page.getByRole("list", { name: "People" });
  const row = (name: string) => people.getByRole("listitem", { name, exact: true });
  await row("Vera Looker").waitFor();
  expect(await row("Administrator").getByRole("button").count()).toBe(0);
  await page.keyboard.press("e");
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("Kim Ota");
  await dialog.getByLabel("E-mail").fill("kim@console.test");
  await dialog.getByText("operator", { exact: true }).click();
  await dialog.getByLabel("Why").fill("joins the night shift");
  await dialog.getByLabel("Your password").fill(ada.password);
  await expectAccessible(page);
  await shoot(page, "settings-invite-light");
  await dialog.getByRole("button", { name: "Make the link" }).click();
  await page.getByRole("dialog", { name: "The link for Kim Ota" }).waitFor();
  const link = (await textOf(dialog.locator(".select-all"))).trim();
  await dialog.getByRole("button", { name: "Done" }).click();
  await row("Invitation of Kim Ota").waitFor();

  const other = await browsing.openPage();
  await other.goto(link);
  await other.getByLabel("New password", { exact: true }).fill("seven slow lanterns fall");
  await other.getByLabel("New password again").fill("seven slow lanterns fall");
  await other.getByText("It will do.", { exact: true }).waitFor();
  await expectAccessible(other);
  await shoot(other, "join-light");
  await other.getByRole("button", { name: "Make the account" }).click();
  await isConnection(other, "Live");
  const late = await browsing.openPage();
  await late.goto(link);
  await late.getByText("This link does not work").waitFor();

  await page.reload();
  await row("Kim Ota").getByText("1 session").waitFor();
  expect(await row("Invitation of Kim Ota").count()).toBe(0);
  await expectAccessible(page);
  await shoot(page, "settings-people-light");
  await page.keyboard.press("t");
  await until(async () => expect(await page.locator("html").getAttribute("data-theme")).toBe("dark"));
  await expectAccessible(page);
  await shoot(page, "settings-people-dark");

  await row("Kim Ota").getByRole("button", { name: "Change role" }).click();
  await dialog.getByText("viewer", { exact: true }).click();
  await dialog.getByLabel("Why").fill("changes team");
  await dialog.getByLabel("Your password").fill(ada.password);
  await dialog.getByRole("button", { name: "Make Kim Ota viewer" }).click();
  await dialog.waitFor({ state: "detached" });
  await other.getByRole("button", { name: "Kim Ota" }).click();
  await until(async () => expect(await textOf(other.locator("#user-menu"))).toMatch(/Role:\s*viewer/));
  await row("Kim Ota").getByRole("button", { name: "Disable" }).click();
  await dialog.getByLabel("Why").fill("left us");
  await dialog.getByLabel("Your password").fill(ada.password);
  await shoot(page, "settings-disable-dark");
  await dialog.getByRole("button", { name: "Disable: Kim Ota" }).click();
  await row("Kim Ota").getByText("disabled").waitFor();
  await other.getByText("You were signed out").waitFor();
  await page.setViewportSize({ width: 390, height: 844 });
  await expectAccessible(page);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  await shoot(page, "settings-people-phone-dark");

  const viewer = await openSettings(vera, "/settings/people");
  await viewer.getByText("This needs the role admin").waitFor();
  await expectAccessible(viewer);
  expect(browsing.complaints).toEqual([]);
});

it("a token is shown once, works, and is revoked; the installation says how it is set and where", {
  timeout: 300_000,
}, async () => {
  const page = await openSettings(ada, "/settings/tokens");
  await page.getByText("There is none").waitFor();
  await page.keyboard.press("e");
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name, by which you will know it").fill("shift report");
  await dialog.getByLabel("Why").fill("a table of each shift");
  await dialog.getByLabel("Your password").fill(ada.password);
  await expectAccessible(page);
  await dialog.getByRole("button", { name: "Make the token" }).click();
  await page.getByRole("dialog", { name: "The token shift report" }).waitFor();
  const token = (await textOf(dialog.locator(".select-all").first())).trim();
  await expectAccessible(page);
  await shoot(page, "settings-token-light");
  const ask = () =>
    fetch(`${site.origin}/api/trpc/kpi.live`, { headers: { authorization: `Bearer ${token}` } });
  expect((await ask()).status).toBe(200);
  await dialog.getByRole("button", { name: "Done" }).click();
  const row = page.getByRole("listitem", { name: "shift report" });
  await row.getByText("last used").waitFor();
  await row.getByRole("button", { name: "Revoke" }).click();
  await dialog.getByLabel("Why").fill("it leaked");
  await dialog.getByRole("button", { name: "Revoke shift report" }).click();
  await row.getByText("Revoked").waitFor();
  expect((await ask()).status).toBe(401);
  await shoot(page, "settings-tokens-light");
  await page.goto(`${site.origin}/settings/installation`);
  await page.getByText("TAPLINE_SITE_NAME").waitFor();
  await expectAccessible(page);
  await shoot(page, "settings-installation-light");
  const viewer = await openSettings(vera, "/settings/tokens");
  await viewer.getByText("This needs the role admin").waitFor();
});

it("a password that would be guessed is told while it is typed; another one is taken", {
  timeout: 240_000,
}, async () => {
  const page = await openSettings(vera);
  await page.getByRole("button", { name: "Change password…" }).click();
  const dialog = page.getByRole("dialog", { name: "Change your password" });
  await dialog.getByLabel("Your password").fill(vera.password);
  await dialog.getByLabel("New password", { exact: true }).fill("Vera.Looker.Vera");
  await dialog.getByText("made of your name").waitFor();
  expect(await dialog.getByRole("button", { name: "Change password" }).isDisabled()).toBe(true);
  await dialog.getByLabel("New password", { exact: true }).fill("nine green kettles sing");
  await dialog.getByLabel("New password again").fill("nine green kettles sing");
  await dialog.getByText("It will do.", { exact: true }).waitFor();
  await expectAccessible(page);
  await shoot(page, "settings-password-light");
  await dialog.getByRole("button", { name: "Change password" }).click();
  await dialog.waitFor({ state: "detached" });
  await until(async () => expect(await sessions(page).count()).toBe(1));
  await signInAt({ ...vera, password: "nine green kettles sing" }).then((other) =>
    isConnection(other, "Live"),
  );
});

it("a passkey is made where the address is a name, signs in by itself, and is worth nothing once removed", {
  timeout: 300_000,
}, async () => {
  const page = await openSettings(grace);
  const keys = panel(page, "Passkeys");
  await keys.getByText("this address is a number").waitFor();
  await page.goto((await keys.getByRole("link").getAttribute("href")) ?? "");
  const named = new URL(page.url()).origin;
  expect(new URL(named).hostname).toBe("localhost");
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("WebAuthn.enable");
  const { authenticatorId } = await devtools.send("WebAuthn.addVirtualAuthenticator", { options: device });
  const isAtHand = (enabled: boolean) =>
    devtools.send("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId, enabled });

  await page.getByLabel("E-mail").fill(grace.email);
  await page.getByLabel("Password").fill(grace.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await keys.getByRole("button", { name: "Add a passkey…" }).click();
  const dialog = page.getByRole("dialog");
  // Of its own, as one that is tried again finds what was made before.
  const called = `Laptop ${randomUUID().slice(0, 8)}`;
  await dialog.getByLabel("Name").fill(called);
  await dialog.getByLabel("Your password").fill(grace.password);
  await expectAccessible(page);
  await shoot(page, "settings-passkey-light");
  await dialog.getByRole("button", { name: "Add a passkey" }).click();
  const row = keys.getByRole("listitem").filter({ hasText: called });
  await row.getByText("For localhost").waitFor();
  await row.getByText("Never used").waitFor();

  const leave = async () => {
    await page.context().clearCookies();
    // Not until all of it is loaded: a passkey at hand may lead on before.
    await page.goto(`${named}/alerts?state=history`, { waitUntil: "commit" });
  };
  await isAtHand(false);
  await leave();
  await page.getByRole("button", { name: "Use a passkey" }).waitFor();
  expect(await page.getByLabel("E-mail").getAttribute("autocomplete")).toBe("username webauthn");
  await expectAccessible(page);
  await shoot(page, "sign-in-passkey-light");
  await isAtHand(true);
  await page.getByRole("button", { name: "Use a passkey" }).click();
  await isConnection(page, "Live");
  expect(new URL(page.url()).pathname).toBe("/alerts");
  // The browser offers it where it fills in the address, and whoever has it at hand presses nothing of the page.
  await leave();
  await isConnection(page, "Live");
  expect(new URL(page.url()).pathname).toBe("/alerts");

  await page.goto(`${named}/settings`);
  await row.getByText("Last used").waitFor();
  await row.getByRole("button", { name: "Remove" }).click();
  await dialog.getByLabel("Your password").fill(grace.password);
  await dialog.getByRole("button", { name: "Remove" }).click();
  await row.waitFor({ state: "detached" });
  await page.setViewportSize({ width: 390, height: 844 });
  await page.emulateMedia({ colorScheme: "dark" });
  await leave();
  await page.getByText("This passkey does not work here").waitFor();
  await expectAccessible(page);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  await shoot(page, "sign-in-passkey-refused-phone-dark");
  await page.goto(`${site.origin}/sign-in`);
  await page.getByRole("link", { name: "sign in at localhost" }).waitFor();
  await expectAccessible(page);
  await shoot(page, "sign-in-number-phone-dark");
});
