import type { Alert, AlertNews } from "@tapline/core/alerts";
import { isJustRaised, mostPainted, type PaintedAlert } from "../contracts/painted.ts";
import { serverNow } from "./server-clock.ts";

/** Messages to the server are so far apart, ms. */
const sendEveryMs = 1_000;
/** What is not painted by then is not on this page. */
const mostFrames = 30;

/** The id of the element that shows an alert; its `data-raised-rev` tells one that was raised anew from what it was. */
export const alertElementId = (id: string): string => `alert-${id}`;

/**
 * Tells the server when alerts that came by socket were painted. What this page does not show, or is told while it is hidden, is
 * not told. Of a flood the first ones say enough.
 * @param send takes at most 50 alerts, once a second
 */
export function tellPainted(send: (painted: PaintedAlert[]) => void): (news: readonly AlertNews[]) => void {
  const painted: PaintedAlert[] = [];
  const flush = () => send(painted.splice(0).slice(0, mostPainted));
  const note = (shown: readonly Alert[]) => {
    const atEpochMs = serverNow();
    if (painted.length === 0) setTimeout(flush, sendEveryMs);
    for (const { id, rev } of shown) painted.push({ id, rev, atEpochMs });
  };
  const look = (waiting: readonly Alert[], framesLeft: number) => {
    const { shown = [], missing = [] } = Object.groupBy(waiting, (alert) =>
      isShown(alert) ? "shown" : "missing",
    );
    // Runs once this frame is painted.
    if (shown.length > 0) setTimeout(note, 0, shown);
    const isEnough = painted.length + shown.length >= mostPainted;
    if (missing.length > 0 && framesLeft > 0 && !isEnough && !document.hidden)
      requestAnimationFrame(() => look(missing, framesLeft - 1));
  };
  return (news) => {
    if (document.hidden) return;
    const raised = news.flatMap((one) => (one.is === "alerts" ? one.alerts.filter(isJustRaised) : []));
    if (raised.length > 0) requestAnimationFrame(() => look(raised, mostFrames));
  };
}

function isShown({ id, rev }: Alert): boolean {
  const element = document.getElementById(alertElementId(id));
  return element !== null && Number(element.dataset.raisedRev) >= rev;
}
