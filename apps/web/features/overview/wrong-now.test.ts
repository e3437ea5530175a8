import type { Alert } from "@tapline/core/alerts";
import type { KpiLive } from "@tapline/core/kpi";
import { expect, test } from "vitest";
import { alert } from "../../client/alert.fixture.ts";
import { wrongNow } from "./wrong-now.ts";

const at = Date.UTC(2026, 4, 1, 14, 5, 12);
const live = (given: Partial<KpiLive>) =>
  ({ ...{ atEpochMs: at, silent: [], awayArchives: [] }, ...given }) as unknown as KpiLive;
const away = (forMs: number, why: "unavailable" | "misconfigured" = "unavailable") =>
  live({ awayArchives: [{ archive: "main", sinceEpochMs: at - forMs, why }] });
const ofArchive = (given: Partial<Alert> = {}) =>
  alert("away", { ruleId: "archive-away", severity: "critical", scope: { archive: "main" }, ...given });

test("an archive is said to be away since when, and for how long, in the zone that is shown", () => {
  const [wrong] = wrongNow(away(125_000), [], "utc");
  expect(wrong?.title).toBe("Archive main has not answered since 14:03:07 (UTC), for 2 min 5 s");
  expect(wrong?.text).toContain("Taps wait and are not lost");
  expect(wrongNow(away(125_000, "misconfigured"), [], "utc")[0]?.title).toContain("has refused us");
});

test("what is critical as an alert is never less here", () => {
  expect(wrongNow(away(5_000), [], "utc")[0]?.severity).toBe("warning");
  expect(wrongNow(away(61_000), [], "utc")[0]?.severity).toBe("critical");
  expect(wrongNow(away(5_000), [ofArchive()], "utc")[0]?.severity).toBe("critical");
  expect(wrongNow(live({ silent: ["ingest"] }), [], "utc")[0]?.severity).toBe("critical");
});

test("one cause is one line, which leads to its alert; another archive's is another one", () => {
  const other = ofArchive({ id: "other", scope: { archive: "second" }, message: "Archive second is away" });
  const wrong = wrongNow(away(125_000), [ofArchive(), other], "utc");
  expect(wrong.map(({ key }) => key)).toEqual(["archive main", "other"]);
  expect(wrong[0]?.links[0]?.href).toBe("/alerts?alert=away");
});

test("alerts that last stand there, the worst first, and lead to what they are about; what is over does not", () => {
  const offline = alert("offline", { scope: { site: "north", agent: "gate-1" } });
  const over = alert("over", { active: false });
  const wrong = wrongNow(live({}), [over, offline, ofArchive()], "utc");
  expect(wrong.map(({ key }) => key)).toEqual(["away", "offline"]);
  expect(wrong[1]?.links.map(({ href }) => href)).toEqual(["/alerts?alert=offline", "/agents?agent=gate-1"]);
});
