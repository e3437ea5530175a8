import { pagesBuiltWithinMs } from "@tapline/tools/test-servers";
import type { Page } from "playwright-core";
import { describe, expect } from "vitest";
import { places } from "../features/shell/pages.ts";
import { ada, alertSite } from "./alert-site.fixture.ts";
import { expectAccessible, isConnection, shoot, until } from "./browsing.ts";

let origin: string;
const { it, open } = alertSite(async ({ site, alerts }) => {
  origin = site.origin;
  await alerts.raise({ severity: "critical" }, { severity: "warning", ruleId: "spool-full" });
});

/** As wide as a page is at 200 % on a screen of 1440 × 900. */
const zoomed = { width: 720, height: 450 };
const sizes = [
  { name: "laptop", width: 1280, height: 720 },
  { name: "phone", width: 390, height: 844 },
  { name: "zoomed", ...zoomed },
] as const;

const nameOf = (href: string) => (href === "/" ? "overview" : href.slice(1).replaceAll("/", "-"));

/** Nothing may stand beside the page, where only scrolling sideways would show it. */
async function fitsItsWidth(page: Page): Promise<void> {
  const beyond = () =>
    page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  await until(async () => expect(await beyond()).toBeLessThanOrEqual(0));
}

describe("every page", () => {
  it.for(places)(
    "$called is accessible in each theme, at 200 %, on a laptop and on a phone",
    {
      timeout: pagesBuiltWithinMs,
    },
    async ({ href }) => {
      const page = await open(ada, href);
      await isConnection(page, "Live");
      await page.getByRole("heading", { level: 1 }).first().waitFor();
      for (const colorScheme of ["light", "dark"] as const) {
        for (const contrast of ["no-preference", "more"] as const) {
          await page.emulateMedia({ colorScheme, contrast });
          await expectAccessible(page);
          const look = contrast === "more" ? `contrast-${colorScheme}` : colorScheme;
          await shoot(page, `page-${nameOf(href)}-${look}`);
        }
      }
      await page.emulateMedia({ colorScheme: "light", contrast: "no-preference" });
      for (const { name, width, height } of sizes) {
        await page.setViewportSize({ width, height });
        await fitsItsWidth(page);
        await expectAccessible(page);
        await shoot(page, `page-${nameOf(href)}-${name}`);
      }
      expect(page.url()).toBe(`${origin}${href}`);
    },
  );
});
