import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { ProofQueue } from "@tapline/adapters/bullmq";
import { connectPrisma, type PrismaClient } from "@tapline/adapters/prisma";
import { connectRedis, queuePrefix } from "@tapline/adapters/redis";
import { formatVerifierKey } from "@tapline/core/audit";
import { issueHierarchy } from "@tapline/core/encryption";
import { formatTapProof, type TapProof } from "@tapline/core/transfer";
import { temporaryFolder } from "@tapline/tools/test-servers";
import type { Page } from "playwright-core";
import { afterAll, beforeEach, expect } from "vitest";
import {
  log,
  makeTapProof,
  nowEpochMs,
  signerOf,
} from "../../../../packages/core/src/transfer/tap-proof.fixture.ts";
import { type AlertSite, ada, alertSite, vera } from "../../test-site/alert-site.fixture.ts";
import {
  expectAccessible,
  isConnection,
  isSearch,
  isStill,
  shoot,
  textOf,
  until,
} from "../../test-site/browsing.ts";
import { FleetFeed } from "../../test-site/fleet.fixture.ts";
import { type FedTap, TapFeed } from "../../test-site/tap-feed.fixture.ts";

let browsing: AlertSite["browsing"];
let prisma: PrismaClient;
let feed: TapFeed;
let fleet: FleetFeed;
let workers: ProofQueue;
let proof: TapProof;
let dir: string;

const cli = fileURLToPath(new URL("../../../worker/src/cli/main.ts", import.meta.url));

/** A worker that can prove one tap, and what an auditor has of its log. */
async function startProving(redisUrl: string): Promise<void> {
  const pki = await issueHierarchy({ nowEpochMs, organisation: "Example", agents: [], hosts: [] });
  proof = makeTapProof(3, signerOf(pki));
  dir = await temporaryFolder();
  await writeFile(join(dir, "trust.pem"), pki["trust.pem"]?.pem ?? "");
  await writeFile(join(dir, "log.vkey"), `${formatVerifierKey(log.key)}\n`);
  workers = new ProofQueue(
    connectRedis(redisUrl, () => undefined),
    queuePrefix,
  );
  const made = { is: "made", proof: formatTapProof(proof).toString() } as const;
  const untold = { concurrency: 1, onError: () => undefined, onTakenOver: () => undefined };
  workers.work(async () => made, untold);
}

const { it, open } = alertSite(async (there) => {
  browsing = there.browsing;
  prisma = connectPrisma(there.site.databaseUrl);
  feed = new TapFeed(prisma, there.site.redisServer.url);
  fleet = new FleetFeed(prisma);
  await feed.begin();
  await startProving(there.site.redisServer.url);
});
beforeEach(async () => {
  await feed?.clear();
  await fleet?.clear();
});
afterAll(async () => {
  feed?.close();
  await workers?.close(1_000);
  await prisma?.$disconnect();
});

const tracker = "2f00c1d4a9e37b10";
const tap = (seq: number, given: Partial<FedTap> = {}): FedTap => ({
  ...{ tracker, trackerSeq: seq, agent: "gate-1", seq },
  ...given,
});
const options = (page: Page) => page.getByRole("listbox", { name: "Taps" }).getByRole("option");
const pane = (page: Page) => page.getByRole("region", { name: "The open tap" });
const part = (page: Page, name: string) => pane(page).getByRole("region", { name });
const says = (page: Page, name: string, text: RegExp) =>
  until(async () => expect((await textOf(part(page, name))).replaceAll(/\s+/g, " ")).toMatch(text));

async function openTaps(who = ada, query = ""): Promise<Page> {
  const page = await open(who, `/taps${query}`);
  await isConnection(page, "Live");
  await page.getByRole("heading", { name: "Taps", exact: true }).waitFor();
  return page;
}

it("the first tap shows up by itself, is followed from its reader to its proof, and can be read by all", {
  timeout: 300_000,
}, async () => {
  await fleet.fill("north", ["gate-1"]);
  const page = await openTaps();
  await page.getByText("See your first tap").waitFor();
  await expectAccessible(page);
  await shoot(page, "taps-none-light");
  const end = await feed.begun(tap(1));
  await page.getByRole("searchbox", { name: "Find a tap" }).fill(`${tracker} 1`);
  await page.keyboard.press("Enter");
  await pane(page).getByText("It is being sealed.").waitFor();
  await says(page, "Ack ladder", /Next, archived: it waits for an archive to hold it/);
  await says(page, "Step by step", /Sealed ?now.*Indexed ?not yet/);
  await expectAccessible(page);
  await shoot(page, "taps-under-way-light");
  await end();
  await pane(page).getByText("Accepted.").waitFor();
  await says(page, "Step by step", /Taken by the door, durable ?done; the time is not kept/);
  await says(page, "Step by step", /Archived · mirror.*Receipt handed out ?\d\d:\d\d/);
  await says(page, "Ack ladder", /Next, proven: it waits for the next checkpoint/);
  await until(async () => expect(await options(page).count()).toBe(1));
  await feed.witness(true);
  await says(page, "Ack ladder", /The highest rung: nothing is to come/);
  await says(page, "In the archive", /CN=North archive 2026 \(active\)/);
  await pane(page).getByText("shown nowhere here", { exact: false }).waitFor();
  await until(async () => expect(new URL(page.url()).searchParams.get("tap")).toBe(`${tracker} 1`));
  await expectAccessible(page);
  await shoot(page, "taps-open-light");
  await page.keyboard.press("t");
  await until(async () => expect(await page.locator("html").getAttribute("data-theme")).toBe("dark"));
  await expectAccessible(page);
  await shoot(page, "taps-open-dark");
  await page.setViewportSize({ width: 390, height: 844 });
  await isStill(page);
  await expectAccessible(page);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  await shoot(page, "taps-phone-open-dark");
  expect(browsing.complaints.filter((text) => !text.includes("404"))).toEqual([]);
});

it("every verdict is shown, and a tap is found by each of its names by keys alone", {
  timeout: 300_000,
}, async () => {
  await fleet.fill("north", ["gate-1", "gate-2"]);
  const segment = await feed.archive([tap(1), tap(2), tap(3, { agent: "gate-2", seq: 1 })]);
  await feed.refuse(tap(4));
  await feed.repeat(tap(1, { seq: 5 }), segment);
  await fleet.report(["gate-1"], {
    outbox: { epoch: 1, nextSeq: 8, taps: 1, bytes: 400, oldestAgeMs: 90 },
  });
  await fleet.openGap("gate-1", 6, 6);
  const page = await openTaps(vera);
  await until(async () => expect(await options(page).count()).toBe(2));
  const find = async (text: string) => {
    await page.keyboard.press("/");
    await page.keyboard.press("Control+a");
    await page.keyboard.type(text);
    await page.keyboard.press("Enter");
  };
  await find("gate-1");
  await until(async () => expect(await options(page).count()).toBe(7));
  expect(await options(page).evaluateAll((all) => all.map(({ id }) => id))).toEqual(
    [7, 6, 5, 4, 3, 2, 1].map((seq) => `tap-gate-1/1/${seq}`),
  );
  await page.keyboard.press("o");
  await pane(page).getByText("in its agent's outbox, or in the buffer", { exact: false }).waitFor();
  await page.keyboard.press("j");
  await pane(page).getByText("An open gap of the ledger", { exact: false }).waitFor();
  await page.keyboard.press("j");
  await says(page, "Verdict", new RegExp(`The same packet lies in segment ${segment}`));
  await shoot(page, "taps-duplicate-light");
  await page.keyboard.press("j");
  await says(page, "Verdict", /Refused: Signature wrong.*In quarantine since .*by release 3 of the rules/);
  await says(page, "Whose", /Reader ?desk left/);
  await expectAccessible(page);
  await shoot(page, "taps-refused-light");
  await find(`${tracker} 1 3`);
  await pane(page)
    .getByRole("heading", { name: `${tracker} 1 3` })
    .waitFor();
  await says(page, "Whose", /Agent ?one of the segment's; which one is sealed with it/);
  await find(segment);
  await pane(page).getByRole("heading", { name: segment }).waitFor();
  await says(page, "With it in the segment", /Trackers ?2f00c1d4a9e37b10, epoch 1, 1–3/);
  await page.keyboard.press("Escape");
  await pane(page).waitFor({ state: "detached" });
  await find("site:north");
  await until(async () => expect(await options(page).count()).toBe(2));
  await isSearch(page, "?of=site%3Anorth");
  await find("nobody");
  await page.getByText("Nothing is called “nobody”").waitFor();
  await find(`${tracker} 999`);
  await pane(page).getByText("No tap 999 of tracker", { exact: false }).waitFor();
  await expectAccessible(page);
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keys" }).getByText("Find a tap").waitFor();
  const other = await openTaps(ada, `?of=${tracker}&tap=gate-1%2F1%2F4`);
  await until(async () => expect(await options(other).count()).toBe(3));
  await pane(other).getByText("Refused: Signature wrong").waitFor();
});

it("a proof is made, downloaded, verified by the command and by the page, and goes onto a slip", {
  timeout: 300_000,
}, async () => {
  await feed.archive([tap(proof.tap.seq, { tracker: proof.tap.tracker })]);
  const page = await openTaps(vera, `?tap=${encodeURIComponent(`${proof.tap.tracker} 1 ${proof.tap.seq}`)}`);
  await pane(page).getByRole("button", { name: "Make the proof" }).click();
  await pane(page).getByText("It says since when the audit log has it.", { exact: false }).waitFor();
  await expectAccessible(page);
  await shoot(page, "taps-proof-light");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    pane(page).getByRole("link", { name: "Download" }).click(),
  ]);
  const file = join(dir, "proof.json");
  await download.saveAs(file);
  const command = [cli, "verify", file, "--trust", join(dir, "trust.pem"), "--key", join(dir, "log.vkey")];
  const verified = await promisify(execFile)(process.execPath, command, { env: {}, cwd: "/" });
  expect(verified.stdout).toContain(`proven: tap ${proof.tap.seq} of tracker ${proof.tap.tracker}`);
  const bytes = await readFile(file);
  const at = bytes.indexOf(proof.tap.digest);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  await writeFile(file, bytes);
  await expect(promisify(execFile)(process.execPath, command, { env: {}, cwd: "/" })).rejects.toMatchObject({
    stdout: expect.stringContaining("NOT proven"),
  });

  const verifying = page.context().waitForEvent("page");
  await pane(page).getByRole("link", { name: "Verify in the browser" }).click();
  const verify = await verifying;
  await verify.getByText("Waiting for a trust file, the log's key.").waitFor();
  const asked: string[] = [];
  verify.on("request", (request) => asked.push(request.url()));
  await verify.getByLabel("Choose files").setInputFiles([join(dir, "trust.pem"), join(dir, "log.vkey")]);
  await verify.locator('#verdict[data-fault="proven"]').waitFor();
  expect(asked).toEqual([]);
  await expectAccessible(verify);
  await shoot(verify, "taps-verify-light");

  const printing = page.context().waitForEvent("page");
  await pane(page).getByRole("link", { name: "Slip with QR codes" }).click();
  const slip = await printing;
  await slip.getByText(`Proof of tap ${proof.tap.seq}`).first().waitFor({ state: "attached" });
  await shoot(slip, "taps-slip");
});

it("an agent leads to its taps, and what cannot be read is said", { timeout: 240_000 }, async () => {
  await fleet.fill("north", ["gate-1"]);
  await fleet.report(["gate-1"]);
  await feed.archive([tap(1)]);
  const page = await open(ada, "/agents?agent=gate-1");
  await isConnection(page, "Live");
  await page.getByRole("link", { name: "Its taps" }).click();
  await until(async () => expect(await options(page).count()).toBeGreaterThan(0));
  await isSearch(page, "?of=agent%3Agate-1");
  await page.route(/tap\.(list|trace)/, (route) => route.abort());
  await page.reload();
  await page.getByText("The taps could not be read").waitFor();
  await expectAccessible(page);
  await shoot(page, "taps-unread-light");
});
