import { ArchiveHolds, connectPrisma, type PrismaClient } from "@tapline/adapters/prisma";
import type { Page } from "playwright-core";
import { afterAll, expect } from "vitest";
import { type AlertSite, ada, alertSite, grace, vera } from "../../test-site/alert-site.fixture.ts";
import { ArchiveFeed } from "../../test-site/archive-feed.fixture.ts";
import { expectAccessible, isConnection, isSearch, shoot, textOf, until } from "../../test-site/browsing.ts";
import { FleetFeed } from "../../test-site/fleet.fixture.ts";

const [minuteMs, hourMs] = [60_000, 3_600_000];

let browsing: AlertSite["browsing"];
let prisma: PrismaClient;
let feed: ArchiveFeed;
/** By what the tests call them. */
const segments: Record<string, string> = {};

const { it, open } = alertSite(async (there) => {
  browsing = there.browsing;
  prisma = connectPrisma(there.site.databaseUrl);
  feed = new ArchiveFeed(prisma, there.site.redisServer.url);
});
afterAll(async () => {
  await feed?.close();
  await prisma?.$disconnect();
});

async function openArchive(who = ada, path = ""): Promise<Page> {
  const page = await open(who, `/archive${path}`);
  await isConnection(page, "Live");
  return page;
}

const options = (page: Page) => page.getByRole("listbox").getByRole("option");
const pane = (page: Page) => page.getByRole("region", { name: /^(?:What is open|The open tap)$/ });
const counts = (page: Page, count: number) =>
  until(async () => expect(await options(page).count()).toBe(count));

/** What an installation of two archives has after a day on which one of them was away. */
async function someDay() {
  const fleet = new FleetFeed(prisma);
  await fleet.fill("harbour", ["gate-1"]);
  await fleet.fill("north", ["gate-2"]);
  await feed.declare(["main", "off-site"], 1);
  await feed.key();
  const both = ["main", "off-site"];
  for (let n = 0; n < 60; n++) await feed.segment({ agoMs: 2 * hourMs + n * minuteMs, targets: both });
  segments.expired = await feed.segment({ agoMs: 900 * hourMs, targets: [], expiredAgoMs: hourMs });
  segments.late = await feed.segment({ agoMs: hourMs, agent: "gate-2" });
  segments.fresh = await feed.segment({ targets: both, taps: 12 });
  await feed.lacks(segments.late, "off-site", "Timed out while waiting for handshake");
  await feed.drill(segments.late, "main", "proven");
}

it("archives, segments and what is under way are told, by themselves as they change, and can be read by everyone", {
  timeout: 300_000,
}, async () => {
  const page = await openArchive();
  await page.getByText("Nothing is archived yet").waitFor();
  await page.getByText("No worker has said yet which archives").waitFor();
  await page.getByText("Nothing: every tap that came in is archived or refused.").waitFor();
  await expectAccessible(page);
  await shoot(page, "archive-none-light");
  await someDay();
  // The live picture counts segments all the while: the list follows it.
  await page.getByText("A segment counts once 1 of 2 hold it; 2 can be used, 1 may fail").waitFor();
  await until(async () => expect(await options(page).count()).toBeGreaterThan(5));
  const first = options(page).first();
  await until(async () => expect(await textOf(first)).toContain("In main, off-site"));
  await page.getByRole("button", { name: "Lacking" }).click();
  await counts(page, 1);
  await until(async () => expect(await textOf(options(page).first())).toMatch(/▲.*Lacking in off-site/));
  await options(page).first().click();
  await pane(page).getByText("Timed out while waiting for handshake").waitFor();
  await pane(page).getByText("CN=archive 2026").waitFor();
  await pane(page)
    .getByText(/Restored for trial from main 2\d min ago: proven/)
    .waitFor();
  await isSearch(page, `?show=lacking&open=segment%2F${segments.late}`);
  await expectAccessible(page);
  await shoot(page, "archive-segment-light");

  await feed.away("off-site", "misconfigured", "the host key is not the one that is believed");
  await page.getByText(/▲ Refuses us for \d+ min/).waitFor();
  await page.getByRole("button", { name: "off-site", exact: true }).click();
  await pane(page).getByText("the host key is not the one that is believed").waitFor();
  await pane(page)
    .getByText(`SHA256:${"off-site".padEnd(43, "A")}`)
    .waitFor();
  await feed.failing("the archive does not answer: ECONNREFUSED");
  await page.getByText("the archive does not answer: ECONNREFUSED").waitFor();
  await page.getByRole("button", { name: "Try now…" }).click();
  await page.getByRole("dialog").getByText("it is tried for ever, and no tap is lost").waitFor();
  await page.keyboard.press("Escape");
  await expectAccessible(page);
  await shoot(page, "archive-trouble-light");
  await page.keyboard.press("t");
  await until(async () => expect(await page.locator("html").getAttribute("data-theme")).toBe("dark"));
  await expectAccessible(page);
  await shoot(page, "archive-trouble-dark");
  await page.setViewportSize({ width: 1280, height: 720 });
  await expectAccessible(page);
  await shoot(page, "archive-trouble-low-dark");
  await page.setViewportSize({ width: 390, height: 844 });
  await expectAccessible(page);
  await shoot(page, "archive-phone-open-dark");
  await page.keyboard.press("Escape");
  await pane(page).waitFor({ state: "detached" });
  await expectAccessible(page);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  await shoot(page, "archive-phone-dark");
  expect(browsing.complaints).toEqual([]);
});

it("the list is worked through by keys, further back as it is scrolled, and narrowed by how, where and which", {
  timeout: 240_000,
}, async () => {
  const page = await openArchive(vera);
  const list = page.getByRole("listbox", { name: "Segments" });
  await list.waitFor();
  await page.getByRole("heading", { name: "Segments & archive" }).waitFor();
  await page.keyboard.press("j");
  await page.keyboard.press("o");
  await pane(page)
    .getByRole("heading", { name: segments.late ?? "" })
    .waitFor();
  await page.keyboard.press("k");
  await pane(page)
    .getByRole("heading", { name: segments.fresh ?? "" })
    .waitFor();
  await page.keyboard.press("Escape");
  await list.focus();
  // The last one that is loaded, and then the last one of all.
  await until(async () => {
    await page.keyboard.press("End");
    expect(await textOf(page.locator('[role=option][aria-selected="true"]'))).toContain("Removed");
  });
  await page.keyboard.press("/");
  await page.keyboard.type(`${segments.late?.slice(-12)}`);
  await counts(page, 1);
  await page.getByLabel("Filter by address").fill("nowhere");
  await page.getByText("None of the segments is as the filter wants it.").waitFor();
  await page.getByLabel("Filter by address").fill("");
  await page.getByRole("combobox", { name: "Site" }).selectOption("north");
  await counts(page, 1);
  await page.getByLabel("Archive", { exact: true }).selectOption("off-site");
  await page.getByText("None matches").waitFor();
  await isSearch(page, "?site=north&in=off-site");
  await page.getByLabel("Filter by address").blur();
  await page.keyboard.press("?");
  const help = page.getByRole("dialog", { name: "Keys" });
  await help.getByRole("heading", { name: "Archive", exact: true }).waitFor();
  await help.getByText("Filter by address").waitFor();
  const missing = await openArchive(vera, "?open=segment/0197d0a0-0000-7000-8000-000000000000");
  await pane(missing).getByText("is archived", { exact: false }).waitFor();
});

it("refused taps tell why and what became of them, and holds what they guard", {
  timeout: 240_000,
}, async () => {
  const page = await openArchive(vera, "/quarantine");
  await page.getByText("No tap was refused").waitFor();
  await feed.refuse("gate-1", 7, "bad-signature", "the signature does not fit the tracker's key");
  await feed.refuse("gate-1", 8, "schema", "measurements.0.bpm: too large", 2 * minuteMs);
  await feed.refuse("gate-2", 9, "schema", "battery: missing", 3 * minuteMs);
  await page.reload();
  await counts(page, 3);
  await page.getByRole("button", { name: "Fields not as agreed 2" }).click();
  await counts(page, 2);
  await page.getByRole("combobox", { name: "Site" }).selectOption("harbour");
  await counts(page, 1);
  await options(page).first().click();
  await pane(page).getByText("measurements.0.bpm: too large").waitFor();
  await pane(page).getByText("release 2").waitFor();
  await pane(page).getByRole("button", { name: "Show its refused taps alone" }).click();
  await isSearch(page, "?reason=schema&site=harbour&agent=gate-1&tap=gate-1%2F1%2F8");
  await expectAccessible(page);
  await shoot(page, "quarantine-open-light");
  await page.setViewportSize({ width: 390, height: 844 });
  await expectAccessible(page);
  await shoot(page, "quarantine-phone-open-light");

  const actor = { kind: "operator", id: "os/ann" } as const;
  const reason = "A claim of 2026";
  await new ArchiveHolds(prisma, Date.now).place(
    { kind: "agent", subject: "gate-2", firstDay: "2026-01-01", lastDay: null, reason },
    { actor, reason },
  );
  const holds = await openArchive(vera, "/holds");
  await holds.getByText("A claim of 2026").waitFor();
  await holds.getByText(/guards 1 segment, 3 taps/).waitFor();
  await holds.getByText(/1 segment was removed because their time was over, the last 1 h/).waitFor();
  await expectAccessible(holds);
  await shoot(holds, "holds-light");
  await holds.keyboard.press("t");
  await expectAccessible(holds);
  await shoot(holds, "holds-dark");
});

it("an operator has an archive verified, another one who asks for the same is told, and both see what came of it", {
  timeout: 240_000,
}, async () => {
  const page = await openArchive(grace, "?open=archive/main");
  await pane(page).getByRole("button", { name: "Verify…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("Objects stay closed").waitFor();
  await dialog.getByText("All of it", { exact: true }).click();
  await dialog.getByText("may take hours").waitFor();
  await dialog.getByLabel("Why").fill("The disk was swapped");
  await expectAccessible(page);
  await shoot(page, "archive-verify-light");
  await dialog.getByRole("button", { name: "Verify now" }).click();
  await dialog.getByText("Asked; waiting for a worker…").waitFor();

  const other = await openArchive(ada, "?open=archive/main");
  await other.getByRole("region", { name: "Asked of the workers" }).getByText("waits for a worker").waitFor();
  await pane(other).getByRole("button", { name: "Verify…" }).click();
  await other.getByRole("dialog").getByText("All of it", { exact: true }).click();
  await other.getByRole("dialog").getByLabel("Why").fill("I want to know, too");
  await other.getByRole("dialog").getByRole("button", { name: "Verify now" }).click();
  await other.getByText("Grace Hopper has asked for the same already").waitFor();
  await other.keyboard.press("Escape");
  const says = "1 fault was found.";
  const list = ["main: 2026/11/29/segment-1.ndjson.gz.p7m: its digest is another one"];
  await feed.answer("verify", { says, facts: { segments: 61, bytes: 262_144, faults: 1 }, list });
  await dialog.getByText(says).waitFor();
  await dialog.getByText("256 KiB").waitFor();
  await dialog.getByText("its digest is another one").waitFor();
  await expectAccessible(page);
  await shoot(page, "archive-verified-light");
  await other.getByRole("button", { name: /Verify · archive\/main.*1 fault was found/ }).click();
  await other.getByRole("dialog").getByText("asked by Grace Hopper: The disk was swapped").waitFor();
  expect(await pane(page).getByRole("button", { name: "Host key…" }).count()).toBe(0);
});

it("refused taps are replayed only after it was looked at what that does, and a host key is believed by the password", {
  timeout: 240_000,
}, async () => {
  const page = await openArchive(ada, "/quarantine?reason=schema");
  await page.getByRole("button", { name: "Replay…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog
    .getByText("Of the taps that were refused for “Fields not as agreed”", { exact: false })
    .waitFor();
  await dialog.getByRole("button", { name: "Look at what it would do" }).click();
  await feed.answer("preview-replay", {
    says: "Of 2 taps in quarantine 1 would go into the buffer again.",
    facts: { passing: 1, "refused still": 1 },
    list: ["1 stay, refused still: schema"],
  });
  await dialog.getByLabel("Why").fill("The rules were wrong");
  await expectAccessible(page);
  await shoot(page, "quarantine-replay-light");
  await dialog.getByRole("button", { name: "Replay 1 tap" }).click();
  await feed.answer("replay", { says: "Of 2 taps in quarantine 1 went into the buffer again." });
  await dialog.getByText("1 went into the buffer again").waitFor();
  await page.keyboard.press("Escape");

  const offered = `SHA256:${"B".repeat(43)}`;
  const archive = await openArchive(ada, "?open=archive/off-site");
  await pane(archive).getByRole("button", { name: "Host key…" }).click();
  const asking = archive.getByRole("dialog");
  await asking.getByRole("button", { name: "Look at the key it shows now" }).click();
  const says = "The server shows a key that is not believed.";
  await feed.answer("look-at-host-key", { says, facts: { offered }, list: [`SHA256:${"A".repeat(43)}`] });
  await asking.getByText(offered).waitFor();
  await asking.getByLabel("Why").fill("Its administrator named the key by telephone");
  await asking.getByLabel("Your password").fill("not my password");
  await asking.getByRole("button", { name: "Believe this key" }).click();
  await asking.getByText("the password is not right").waitFor();
  await expectAccessible(archive);
  await shoot(archive, "archive-host-key-light");
  await archive.evaluate(() => document.documentElement.setAttribute("data-theme", "dark"));
  await expectAccessible(archive);
  await shoot(archive, "archive-host-key-dark");
  await asking.getByLabel("Your password").fill(ada.password);
  await asking.getByRole("button", { name: "Believe this key" }).click();
  await feed.answer("repin", { says: "It is believed from now on: restart the workers." });
  await asking.getByText("It is believed from now on").waitFor();
});

it("what cannot be read is said, and how old what stands there is", { timeout: 240_000 }, async () => {
  const page = await openArchive(vera);
  await until(async () => expect(await options(page).count()).toBeGreaterThan(5));
  await page.getByText(/^Nothing: every tap|the oldest for/).waitFor();
  await page.route(/archiveBoard\./, (route) => route.abort());
  await page.getByText("The archive could not be read").waitFor();
  await page.getByText(/^Not known for/).waitFor();
  await shoot(page, "archive-old-light");
  await page.reload();
  await page.getByText("The segments could not be read").waitFor();
  await expectAccessible(page);
  await shoot(page, "archive-unread-light");
});
