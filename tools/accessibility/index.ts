import axe from "axe-core";
import type { Page } from "playwright-core";

/**
 * What axe finds wrong in a page as it stands, a line for each rule: its id, and the elements that break it.
 * Only what is wrong is told, and axe is brought to a page once: so it takes a fraction of the time that its own binding to a browser takes.
 * @throws Error where there are frames, into which it would not look
 */
export async function violationsOf(page: Page): Promise<string[]> {
  if (page.frames().length > 1) throw new Error(`there are frames in ${page.url()}, which are not looked at`);
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(axe.source);
  return await page.evaluate(askAxe);
}

/** Within the page. */
async function askAxe(): Promise<string[]> {
  const there = (globalThis as unknown as { axe: typeof axe }).axe;
  const { violations } = await there.run({ resultTypes: ["violations"] });
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`);
}
