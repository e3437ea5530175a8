"use client";

import type { Alert, AlertAct } from "@tapline/core/alerts";
import { useState } from "react";
import { askAlertsAnew, endGuesses, putAlerts, putGuesses } from "../../client/alert-cache.ts";
import { adviceOf, isNotUnderstood } from "../../client/api.ts";
import { guessAlert } from "../../client/guess-alert.ts";
import { serverNow } from "../../client/server-clock.ts";
import * as strings from "../../strings/generated/alerts/use-acts.ts";
import { type ActNotice, noticeOf } from "./act-words.ts";
import { sendAct } from "./send-act.ts";

export interface Acts {
  /** Shows at once what it will probably make of the alerts, and takes back what the server refuses. */
  act: (alerts: readonly Alert[], act: AlertAct) => void;
  /** What went wrong last; `null` where nothing did, or it was put away. */
  notice: ActNotice | null;
  dismiss: () => void;
}

export function useActs(): Acts {
  const [notice, setNotice] = useState<ActNotice | null>(null);
  const act = async (alerts: readonly Alert[], act: AlertAct) => {
    setNotice(null);
    putGuesses(alerts.map((alert) => guessAlert(alert, act, serverNow())));
    try {
      const results = await sendAct(alerts, act);
      endGuesses(
        alerts,
        alerts.filter(({ id }) => results.find((each) => each.id === id)?.refusal !== null),
      );
      putAlerts(results.flatMap(({ alert }) => (alert === null ? [] : [alert])));
      setNotice(noticeOf(act.kind, alerts, results, serverNow()));
    } catch (error) {
      // Whether it was done is not known: what the server says next is true.
      endGuesses(alerts, alerts);
      askAlertsAnew();
      setNotice(failed(error));
    }
  };
  return { act: (...given) => void act(...given), notice, dismiss: () => setNotice(null) };
}

function failed(error: unknown): ActNotice {
  return { tone: "warning", title: strings.theServerDidNotTake, text: whyOf(error) };
}

function whyOf(error: unknown): string {
  const advice = adviceOf(error);
  if (advice !== null) return advice;
  return isNotUnderstood(error) ? strings.itDoesNotKnowWhat : strings.itDoesNotAnswerWhat;
}
