import { KeyMap, KeyRing, RingReadings } from "@tapline/adapters/keys";
import { connectPrisma, type PrismaClient } from "@tapline/adapters/prisma";
import { keyKeys } from "@tapline/adapters/redis";
import { issueHierarchy, type RingKey, readRingKey, ringDigest } from "@tapline/core/encryption";
import type { Page } from "playwright-core";
import { afterAll, beforeEach, expect } from "vitest";
import { addPerson } from "../../server/people/add-person.fixture.ts";
import { type AlertSite, ada, alertSite, grace, vera } from "../../test-site/alert-site.fixture.ts";
import { expectAccessible, isConnection, isSearch, shoot, textOf, until } from "../../test-site/browsing.ts";

const hourMs = 3_600_000;
const ben = { email: "ben@console.test", password: "a pass phrase of his own" };

let site: AlertSite["site"];
let browsing: AlertSite["browsing"];
let prisma: PrismaClient;
let [archive, escrow, next]: RingKey[] = [];
let privateKey = "";

const { it, open } = alertSite(async (there) => {
  ({ site, browsing } = there);
  prisma = connectPrisma(site.databaseUrl);
  const request = { nowEpochMs: Date.now(), organisation: "Harbour", agents: [], hosts: [] };
  const [files, later] = await Promise.all([issueHierarchy(request), issueHierarchy(request)]);
  archive = readRingKey(files["archive.crt"]!.pem, "archive");
  escrow = readRingKey(files["escrow.crt"]!.pem, "escrow");
  next = readRingKey(later["archive.crt"]!.pem, "archive");
  privateKey = later["archive.key"]!.pem;
  await addPerson(prisma, { ...ben, name: "Ben Second", role: "admin" });
});
beforeEach(async () => {
  // Nothing is there where no Chromium is.
  if (site === undefined) return;
  await prisma.$executeRaw`TRUNCATE archive_key, key_request, segment, segment_key, segment_copy, tap_run, agent_run`;
  await prisma.installationFact.deleteMany({ where: { name: { startsWith: "keys." } } });
});
afterAll(() => prisma?.$disconnect());

/** A ring with a past: some of it opens with one key alone. */
async function usualRing(): Promise<void> {
  const act = { actor: { kind: "job", id: "encryption" }, reason: "a test" } as const;
  for (let n = 1; n <= 4; n += 1) {
    const id = `01900000-0000-7000-8000-00000000000${n}`;
    const digest = new Uint8Array(32);
    const skis = n === 1 ? [archive!.ski] : [archive!.ski, escrow!.ski];
    await prisma.segment.create({
      data: {
        ...{ id, objectPath: id, objectBytes: 1, objectDigest: digest, manifestDigest: digest, taps: 250 },
        ...{
          firstReadAt: new Date(),
          lastReadAt: new Date(),
          keys: { create: skis.map((ski) => ({ ski })) },
        },
      },
    });
  }
  // After what the keys open: the console counts for a ring that is new at once, and not again for half a minute.
  await new KeyRing(prisma, Date.now).seed([archive!, escrow!], act);
  const endings = [
    { what: "door", subject: "CN=door.harbour.example", endsAtEpochMs: Date.now() + 9.5 * 24 * hourMs },
    { what: "signer", subject: "CN=Harbour signer", endsAtEpochMs: Date.now() + 400 * 24 * hourMs },
  ];
  await prisma.installationFact.create({
    data: {
      name: "keys.endings",
      value: JSON.stringify({ atEpochMs: Date.now(), endings, unreadable: [], rotateAfterDays: 365 }),
    },
  });
  const readings = new RingReadings(site.redis, Date.now);
  const recipients = [archive!.certSha256, escrow!.certSha256];
  const reading = { atEpochMs: Date.now() + 10 * 60_000, recipients };
  await readings.tell({
    worker: "encrypt-1",
    ring: ringDigest([archive!, escrow!]),
    refused: [],
    ...reading,
  });
  await site.redis.persist(keyKeys.readings);
}

async function openKeys(who = ada, query = ""): Promise<Page> {
  const page = await open(who, `/keys${query}`);
  await isConnection(page, "Live");
  await page.getByRole("heading", { name: "Keys", exact: true }).waitFor();
  return page;
}

const row = (page: Page, key: RingKey) => page.locator(`tr[data-key="${key.certSha256.slice(0, 12)}"]`);
const pane = (page: Page) => page.getByRole("region", { name: "The open key" });
const isShown = (page: Page, key: RingKey, text: RegExp) =>
  until(async () => expect((await textOf(row(page, key))).replaceAll(/\s+/g, " ")).toMatch(text));

async function give(page: Page, act: "Add a certificate…" | "Rotate…", text: string): Promise<void> {
  await page.getByRole("button", { name: act }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Certificate (PEM)").fill(text);
}

async function confirm(page: Page, button: string, who = ada): Promise<void> {
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Why").fill("As planned for this year");
  await dialog.getByLabel("Your password").fill(who.password);
  await dialog.getByRole("button", { name: button }).click();
}

it("who can open what stands on one page, with what workers do and what runs out, in every form", {
  timeout: 300_000,
}, async () => {
  const page = await openKeys();
  await page.getByText("The ring is empty").waitFor();
  await shoot(page, "keys-none-light");
  await usualRing();
  await page.reload();
  await isShown(
    page,
    archive!,
    /the archive's.*Active.*Yes.*100 % of objects.*1,000 taps.*1 object ?250 taps/,
  );
  await isShown(page, escrow!, /Active.*75 % of objects.*nothing/);
  await page.getByText("has the ring as it is, encrypts to 2 keys").waitFor();
  await page.getByText(/^▲ 9 d left/).waitFor();
  await page.getByText("rotated by itself when it is 365 d old").waitFor();
  await expectAccessible(page);
  await shoot(page, "keys-light");
  await page.keyboard.press("j");
  await page.keyboard.press("k");
  await page.keyboard.press("o");
  await pane(page).getByText("No other key that is in use opens 1 object with 250 taps of it.").waitFor();
  await isSearch(page, `?key=${archive!.certSha256.slice(0, 12)}`);
  await expectAccessible(page);
  await shoot(page, "keys-open-light");
  await page.keyboard.press("t");
  await until(async () => expect(await page.locator("html").getAttribute("data-theme")).toBe("dark"));
  await expectAccessible(page);
  await shoot(page, "keys-open-dark");
  await page.setViewportSize({ width: 390, height: 844 });
  await expectAccessible(page);
  await shoot(page, "keys-phone-open-dark");
  await page.keyboard.press("Escape");
  await pane(page).waitFor({ state: "detached" });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  await expectAccessible(page);
  await shoot(page, "keys-phone-dark");
  await page.setViewportSize({ width: 1280, height: 720 });
  await page.keyboard.press("t");
  await expectAccessible(page);
  await shoot(page, "keys-1280-light");
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keys" }).getByText("Add a certificate").waitFor();
  expect(browsing.complaints).toEqual([]);
});

it("an admin rotates to a certificate that is shown whole before; a private key goes nowhere; the old key's share is told", {
  timeout: 300_000,
}, async () => {
  await usualRing();
  const page = await openKeys();
  const sent: string[] = [];
  page.on("request", (request) => sent.push(request.postData() ?? ""));
  await give(page, "Rotate…", `${next!.certPem}${privateKey}`);
  const dialog = page.getByRole("dialog");
  await dialog.getByText("That holds a private key").waitFor();
  expect(await dialog.getByLabel("Certificate (PEM)").inputValue()).toBe("");
  await expectAccessible(page);
  await shoot(page, "keys-private-light");
  await dialog.getByLabel("Certificate (PEM)").fill("-----BEGIN CERTIFICATE REQUEST-----\nAAAA");
  await dialog.getByRole("button", { name: "Look at it" }).click();
  await dialog.getByText(/request for a certificate/i).waitFor();
  await dialog.getByRole("button", { name: "Give another file" }).click();
  const file = { name: "next.crt", mimeType: "application/x-pem-file", buffer: Buffer.from(next!.certPem) };
  await dialog.getByLabel("Or a file").setInputFiles(file);
  await dialog.getByRole("button", { name: "Look at it" }).click();
  await dialog.getByText(next!.certSha256).waitFor();
  await dialog.getByText("takes the place of").waitFor();
  await expectAccessible(page);
  await shoot(page, "keys-rotate-light");
  await dialog.getByLabel("Why").fill("As planned for this year");
  await dialog.getByLabel("Your password").fill("not my password");
  await dialog.getByRole("button", { name: "Rotate to it" }).click();
  await dialog.getByText("the password is not right", { exact: false }).waitFor();
  await confirm(page, "Rotate to it");
  await page
    .getByText(/^Note: Done: .*takes the place of/)
    .or(page.getByText(/Done: .*takes the place of/))
    .first()
    .waitFor();
  await isShown(page, next!, /Active/);
  await isShown(page, archive!, /Retiring.*Still by 1 of 1/);
  expect(sent.join("\n")).not.toContain(privateKey.split("\n")[1]);
  await row(page, archive!).getByRole("button").click();
  await pane(page).getByText("3 of 4 (75 %)").waitFor();
  await pane(page).getByRole("button", { name: "Put away…" }).click();
  await dialog.getByText("It is refused").waitFor();
  await expectAccessible(page);
  await shoot(page, "keys-refused-light");
  await dialog.getByRole("button", { name: "Close" }).click();
  await new KeyMap(prisma).note("01900000-0000-7000-8000-000000000001", escrow!.ski);
  await pane(page).getByRole("button", { name: "Put away…" }).click();
  await confirm(page, "Retire");
  await isShown(page, archive!, /Retired/);
});

it("where two persons are wanted one asks in one browser and another approves in another; the asker cannot", {
  timeout: 300_000,
}, async () => {
  await usualRing();
  const one = await openKeys();
  const two = await openKeys(ben);
  await one.getByRole("button", { name: "Want two persons…" }).click();
  await confirm(one, "Change the rule");
  await two.getByText("need two admins").waitFor();
  await give(one, "Rotate…", next!.certPem);
  await one.getByRole("dialog").getByRole("button", { name: "Look at it" }).click();
  await confirm(one, "Ask a second person");
  await one.getByText("Asked for, and not done yet").waitFor();
  await one.getByText("You asked").waitFor();
  expect(await one.getByRole("button", { name: "Look and approve…" }).count()).toBe(0);
  await two.getByText("As planned for this year").waitFor();
  await isShown(two, archive!, /Active/);
  await expectAccessible(two);
  await shoot(two, "keys-waiting-light");
  const viewer = await openKeys(vera);
  await viewer.getByText(/asked; another admin can approve it/).waitFor();
  expect(await viewer.getByRole("button", { name: /…$/ }).count()).toBe(0);
  await two.getByRole("button", { name: "Look and approve…" }).click();
  await two.getByRole("dialog").getByText("takes the place of").waitFor();
  // Somebody changes the ring while it is looked at: what was looked at is done no more, and told anew.
  await prisma.archiveKey.update({
    where: { certSha256: escrow!.certSha256 },
    data: { state: "retiring" },
  });
  await confirm(two, "Approve and do it", ben);
  await two.getByText("The ring has changed meanwhile").waitFor();
  await shoot(two, "keys-stale-light");
  await confirm(two, "Approve and do it", ben);
  await isShown(one, next!, /Active/);
  await one.getByText(/approved by Ben Second/).waitFor();
  const entry = await prisma.auditEntry.findFirstOrThrow({
    where: { action: "key.changed", subject: `key/${next!.certSha256}` },
    orderBy: { recordedAt: "desc" },
  });
  const people = await prisma.user.findMany({ where: { email: { in: [ada.email, ben.email] } } });
  const idOf = (email: string) => people.find((one) => one.email === email)?.id;
  expect(JSON.parse(Buffer.from(entry.bytes).toString())).toMatchObject({
    actor: { id: idOf(ben.email) },
    facts: { askedBy: idOf(ada.email) },
  });
  await two.getByRole("button", { name: "End the rule of two persons…" }).click();
  await confirm(two, "Ask a second person", ben);
  await one.getByRole("button", { name: "Cancel…" }).click();
  await one.getByRole("dialog").getByLabel("Why").fill("We keep it");
  await one.getByRole("dialog").getByRole("button", { name: "Cancel the request" }).click();
  await two.getByText(/cancelled by/).waitFor();
});

it("viewers and operators see all of it and no acts, and are refused by hand; what cannot be read is said", {
  timeout: 240_000,
}, async () => {
  await usualRing();
  const headers = { origin: site.origin };
  const key = archive!.certSha256;
  const change = { kind: "state", key, from: "active", to: "retiring" };
  const id = "01900000-0000-7000-8000-000000000001";
  for (const who of [vera, grace]) {
    const page = await openKeys(who, `?key=${key.slice(0, 12)}`);
    await pane(page).getByText("Key id in objects").waitFor();
    expect(await page.getByRole("button", { name: /…$/ }).count()).toBe(0);
    await page.getByText("Changing keys needs the role admin.").waitFor();
    const tried = [
      ["preview", { do: "revoke", key }],
      ["change", { change, stand: "x", reason: "for fun", password: who.password }],
      ["approve", { id, stand: "x", reason: "for fun", password: who.password }],
      ["cancel", { id, reason: "for fun" }],
    ] as const;
    for (const [verb, data] of tried) {
      const answer = await page.request.post(`${site.origin}/api/trpc/keys.${verb}`, { data, headers });
      expect(answer.status(), `${who.email} ${verb}`).toBe(403);
    }
  }
  const refused = await prisma.auditEntry.findMany({ where: { action: "act.refused" } });
  expect(refused.map(({ subject }) => subject)).toEqual(
    expect.arrayContaining(
      ["keys.preview", "keys.change", "keys.approve", "keys.cancel"].map((verb) => `verb/${verb}`),
    ),
  );
  const page = await openKeys(vera, "?key=0123456789ab");
  await pane(page).getByText("Not known").waitFor();
  await pane(page).getByText("No key of the ring is called this.").waitFor();
  await expectAccessible(page);
  await shoot(page, "keys-unknown-light");
  await page.keyboard.press("Escape");
  await isSearch(page, "");
  await page.route(/keys\.board/, (route) => route.abort());
  await page.reload();
  await page.getByText("The keys could not be read").waitFor();
  await shoot(page, "keys-unread-light");
});
