import { freePort } from "@tapline/tools/servers";
import { cuttableWire, pagesBuiltWithinMs } from "@tapline/tools/test-servers";
import { afterAll, afterEach, beforeAll, expect, inject, test } from "vitest";
import { type AlertFeed, startAlertFeed } from "./alert-feed.fixture.ts";
import { Browsing, isConnection, shoot, signIn, textOf, until } from "./browsing.ts";
import { startFeed } from "./feed.ts";
import { type Site, startSite } from "./start-site.ts";

const chromiumPath = inject("chromium");
/** So long nothing gets through: longer than a heartbeat waits, and than figures are called fresh. */
const cutForMs = 60_000;

let site: Site;
let alerts: AlertFeed;
let feed: ReturnType<typeof startFeed>;
let wire: ReturnType<typeof cuttableWire>;
let browsing: Browsing;
let origin: string;

beforeAll(async () => {
  if (chromiumPath === null) return;
  site = await startSite();
  alerts = await startAlertFeed(site.databaseUrl, site.redis);
  feed = startFeed(site.redis);
  const { port } = new URL(site.origin);
  const wirePort = await freePort();
  wire = cuttableWire(wirePort, Number(port));
  await wire.up();
  // The console answers by the origin that it knows: so the browser goes over the wire by another name for where that is.
  origin = `http://localhost:${port}`;
  browsing = await Browsing.start(chromiumPath, [
    `--host-resolver-rules=MAP localhost:${port} 127.0.0.1:${wirePort}`,
  ]);
}, pagesBuiltWithinMs);
afterEach(() => browsing?.closePages());
afterAll(async () => {
  await browsing?.close();
  await wire?.down();
  feed?.stop();
  await alerts?.stop();
  await site?.stop();
});

test.skipIf(chromiumPath === null)(
  "a page that was cut off for a minute says so and what is old, then shows by itself what happened meanwhile",
  async () => {
    const page = await browsing.openPage();
    await signIn(page, origin);
    await isConnection(page, "Live");
    const [early] = await alerts.raise({ ruleId: "backlog-old", message: "Raised before the cut" });
    await page.goto(`${origin}/alerts`);
    await page.getByRole("option").filter({ hasText: "Raised before the cut" }).waitFor();
    const loads: string[] = [];
    page.on("framenavigated", (frame) => loads.push(frame.url()));

    await wire.down();
    const cutAtMs = Date.now();
    await isConnection(page, "Stale");
    const banner = page.getByRole("status").filter({ hasText: "Connection to the console's server lost" });
    await banner.waitFor();
    await shoot(page, "cut-off");
    const cutOff = { ruleId: "spool-full", message: "Raised while nothing got through" };
    await alerts.raise({ ...cutOff, severity: "critical" });
    await alerts.clear(early!);
    expect(await page.getByText("Raised while nothing got through").count()).toBe(0);
    await new Promise((over) => setTimeout(over, cutForMs - (Date.now() - cutAtMs)));

    await wire.up();
    await isConnection(page, "Live");
    await page.getByRole("option").filter({ hasText: "Raised while nothing got through" }).waitFor();
    await until(async () =>
      expect(await textOf(page.getByRole("listbox"))).toMatch(
        /Over, not acknowledged[\s\S]*Raised before the cut/,
      ),
    );
    await banner.waitFor({ state: "detached" });
    expect(loads).toEqual([]);
  },
  300_000,
);
