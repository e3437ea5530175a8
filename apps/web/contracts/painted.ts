import type { Alert } from "@tapline/core/alerts";

/** An alert that came by socket and was painted, as the browser says. */
export interface PaintedAlert {
  id: string;
  /** The revision with which it was raised. */
  rev: number;
  /** When, by the server's clock as the page knows it. */
  atEpochMs: number;
}

/** Most alerts of one message; a browser sends one a second. */
export const mostPainted = 50;

/** Whether an alert is told because it calls, now. */
export function isJustRaised(alert: Alert): boolean {
  return alert.rev === alert.raisedRev && alert.state === "active-unacknowledged";
}
