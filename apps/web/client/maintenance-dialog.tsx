"use client";

import { type FormEvent, useState } from "react";
import type { MaintenanceView } from "../contracts/alert-channels.ts";
import * as strings from "../strings/generated/client/maintenance-dialog.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import { WhyField } from "../ui/why-field.tsx";
import { apiClient } from "./api.ts";
import { maintenanceWords } from "./maintenance-words.ts";
import { RefusedNotice } from "./refused-notice.tsx";
import { serverNow } from "./server-clock.ts";
import { UntilField, usualSpanMs } from "./until-field.tsx";
import { lookAgain } from "./use-channels.ts";
import { useGuardedAct } from "./use-guarded-act.ts";

export type MaintenanceAsk =
  /** `of`: what it is proposed for. */
  | { readonly is: "begin"; readonly of?: Pick<MaintenanceView, "sites" | "rules"> }
  | { readonly is: "end"; readonly window: MaintenanceView };

/** Says what beginning or ending maintenance does, and asks why; it stays open where that is refused. */
export function MaintenanceDialog({
  asked,
  onClose,
}: {
  /** `null`: closed. */
  asked: MaintenanceAsk | null;
  onClose: () => void;
}) {
  const isEnd = asked?.is === "end";
  return (
    <Dialog
      title={isEnd ? strings.endMaintenance : strings.beginMaintenance}
      isOpen={asked !== null}
      onClose={onClose}
    >
      <p className="text-sm text-ink-soft">
        {isEnd
          ? strings.ofMaintenanceWhatStillCalls({ maintenance: maintenanceWords(asked.window) })
          : strings.alertsAreRaisedAndShown}
      </p>
      {asked === null ? null : <MaintenanceForm asked={asked} onDone={onClose} />}
    </Dialog>
  );
}

function MaintenanceForm({ asked, onDone }: { asked: MaintenanceAsk; onDone: () => void }) {
  const [why, setWhy] = useState("");
  const [spanMs, setSpan] = useState<number>(usualSpanMs);
  const proposed = asked.is === "begin" ? asked.of : undefined;
  const [sites, setSites] = useState(proposed?.sites.join(", ") ?? "");
  const [rules, setRules] = useState(proposed?.rules.join(", ") ?? "");
  const { error, isUnderWay, run } = useGuardedAct(() => void lookAgain());
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const reason = why.trim();
    if (reason === "") return;
    await run(async () => {
      const { alertMaintenance } = apiClient;
      if (asked.is === "end") await alertMaintenance.end.mutate({ id: asked.window.id, reason });
      else {
        const of = { sites: namesIn(sites), rules: namesIn(rules) };
        await alertMaintenance.start.mutate({ ...of, endsAtEpochMs: serverNow() + spanMs, reason });
      }
      onDone();
    });
  };
  return (
    <form onSubmit={(event) => void submit(event)} className="mt-4 space-y-4">
      {asked.is === "begin" ? (
        <>
          <UntilField isFirst spanMs={spanMs} onSpan={setSpan} />
          <Field
            label={strings.sitesWithCommasBetweenThem}
            placeholder={strings.all}
            value={sites}
            onChange={(event) => setSites(event.target.value)}
          />
          <Field
            label={strings.rulesWithCommasBetweenThem}
            placeholder={strings.all}
            value={rules}
            onChange={(event) => setRules(event.target.value)}
          />
        </>
      ) : null}
      <WhyField isFirst={asked.is === "end"} why={why} onWhy={setWhy} />
      <RefusedNotice error={error} lookAt={strings.theChannelsOfAlerts} />
      <Button type="submit" kind="primary" className="w-full" disabled={isUnderWay}>
        {asked.is === "begin" ? strings.beginNow : strings.endNow}
      </Button>
    </form>
  );
}

function namesIn(text: string): string[] {
  return text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}
