import { expect, inject, test } from "vitest";
import { buildConsolePages, pagesBuiltWithinMs } from "../../tools/test-servers/index.ts";
import { consoleBench } from "./index.ts";

const chromium = inject("chromium");
const row = "first-load-js-vs-bull-board";

test.skipIf(chromium === null)(
  "the Overview's first load runs no more script than bull-board's",
  {
    timeout: pagesBuiltWithinMs,
  },
  async () => {
    buildConsolePages();
    const { rows, faults } = await consoleBench({
      ...{ quick: true, wants: (...names) => names.includes(row), say: () => undefined },
      chromium: chromium ?? undefined,
    });
    expect(faults).toEqual([]);
    expect(rows.map((one) => one.row)).toEqual([row]);
    expect(rows[0]?.ratio).toBeLessThanOrEqual(1);
  },
);
