import type { Alert, AlertAct, AlertState } from "@tapline/core/alerts";

/**
 * What an act will probably make of an alert, for the moment until the server says. It keeps its revision: it is a guess, and not the
 * alert's next step.
 */
export function guessAlert(alert: Alert, act: AlertAct, nowEpochMs: number): Alert {
  switch (act.kind) {
    case "acknowledge":
      return {
        ...{ ...alert, unacknowledged: false, acknowledgedAtEpochMs: nowEpochMs },
        state: alert.active ? "acknowledged" : "normal",
      };
    case "shelve":
      return {
        ...{ ...alert, unacknowledged: false, state: "shelved" },
        shelf: { mode: act.mode, sinceEpochMs: nowEpochMs, untilEpochMs: act.untilEpochMs },
      };
    case "unshelve":
      return { ...alert, shelf: null, state: calling(alert), unacknowledged: alert.active };
    case "take-out-of-service":
      return {
        ...{ ...alert, unacknowledged: false, shelf: null },
        ...{ outOfServiceSinceEpochMs: nowEpochMs, state: "out-of-service" },
      };
    case "return-to-service":
      return {
        ...{ ...alert, outOfServiceSinceEpochMs: null },
        ...{ state: calling(alert), unacknowledged: alert.active },
      };
    case "assign":
      return { ...alert, assignee: act.to };
    case "note":
      return alert;
  }
}

function calling({ active }: Alert): AlertState {
  return active ? "active-unacknowledged" : "normal";
}
