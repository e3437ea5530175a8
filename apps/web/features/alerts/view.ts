import type { Severity } from "@tapline/core/alerts";
import { readStretch, zoomName } from "../../client/chart/stretch.ts";
import type { TimeZoneChoice } from "../../client/time-zone.ts";
import type { AddressForm } from "../../client/use-address-view.ts";
import { wallTimeIn } from "../../client/zones.ts";
import { type AlertFilter, type AlertView, alertViews } from "../../contracts/alerts.ts";
import { severityLooks } from "../../ui/severity.tsx";

/** Which alerts are looked at, and which of them is open: all of it stands in the address. */
export interface AlertsView {
  view: AlertView;
  severity: Severity | null;
  text: string;
  group: string | null;
  /** Only those that are assigned to whoever looks. */
  isMine: boolean;
  /** Days of the history, as `2026-11-29`, both included, in the zone in which times are read. */
  from: string | null;
  until: string | null;
  /** The alert that is open beside the list. */
  open: string | null;
  /** What of its chart is looked at; `null`: all of it. */
  zoom: string | null;
}

export const usualView: AlertsView = {
  ...{ view: "open", severity: null, text: "", group: null, isMine: false },
  ...{ from: null, until: null, open: null, zoom: null },
};

const severities = Object.keys(severityLooks) as Severity[];
const dayForm = /^\d{4}-\d{2}-\d{2}$/;
const dayMs = 24 * 3_600_000;

function readView(params: Pick<URLSearchParams, "get">): AlertsView {
  const day = (name: string) => {
    const given = params.get(name) ?? "";
    return dayForm.test(given) && !Number.isNaN(Date.parse(given)) ? given : null;
  };
  return {
    view: alertViews.find((known) => known === params.get("view")) ?? "open",
    severity: severities.find((known) => known === params.get("severity")) ?? null,
    text: params.get("words")?.slice(0, 100) ?? "",
    group: params.get("group") || null,
    isMine: params.get("mine") === "1",
    ...{ from: day("from"), until: day("until"), open: params.get("alert") || null },
    zoom: readStretch(params.get(zoomName)) === null ? null : params.get(zoomName),
  };
}

function writeView({ view, severity, text, group, isMine, from, until, open, zoom }: AlertsView): string {
  const params = new URLSearchParams();
  if (view !== "open") params.set("view", view);
  if (severity !== null) params.set("severity", severity);
  if (text !== "") params.set("words", text);
  if (group !== null) params.set("group", group);
  if (isMine) params.set("mine", "1");
  if (from !== null) params.set("from", from);
  if (until !== null) params.set("until", until);
  if (open !== null) params.set("alert", open);
  if (zoom !== null) params.set(zoomName, zoom);
  return params.size === 0 ? "" : `?${params}`;
}

export const alertsAddress: AddressForm<AlertsView> = { read: readView, write: writeView };

/** What the server is asked for. @param viewerId of whoever looks */
export function filterOf(view: AlertsView, viewerId: string, zone: TimeZoneChoice): AlertFilter {
  const { severity, text, group, isMine, from, until } = view;
  const isOver = view.view === "history";
  return {
    view: view.view,
    ...(severity === null ? {} : { severity }),
    ...(text === "" ? {} : { text }),
    ...(group === null ? {} : { group }),
    ...(isMine ? { assignee: viewerId } : {}),
    ...(isOver && from !== null ? { fromEpochMs: startOf(from, zone) } : {}),
    ...(isOver && until !== null ? { untilEpochMs: startOf(until, zone, 1) } : {}),
  };
}

/** When a day begins, or one so many days behind it. */
function startOf(day: string, zone: TimeZoneChoice, daysOn = 0): number {
  return wallTimeIn(Date.parse(day) + daysOn * dayMs, zone);
}
