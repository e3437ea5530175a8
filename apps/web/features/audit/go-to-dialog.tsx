"use client";

import { type FormEvent, useState } from "react";
import { adviceOf } from "../../client/api.ts";
import { zoneName } from "../../client/format.ts";
import { serverNow } from "../../client/server-clock.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import * as strings from "../../strings/generated/audit/go-to-dialog.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field } from "../../ui/field.tsx";
import { Notice } from "../../ui/notice.tsx";
import type { Log } from "./use-log.ts";
import { targetOf } from "./view.ts";

/** Asks for a place of the log or a time, and goes there. */
export function GoToDialog({ goTo, onClose }: { goTo: Log["goTo"]; onClose: () => void }) {
  const zone = useTimeZone();
  const [said, setSaid] = useState("");
  const [fault, setFault] = useState<string | null>(null);
  const go = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const target = targetOf(said, zone);
    if (target === null) return setFault(strings.thisIsNeitherAPlace);
    try {
      await goTo(target);
      onClose();
    } catch (error) {
      setFault(adviceOf(error) ?? strings.theServerDoesNotAnswer);
    }
  };
  return (
    <Dialog title={strings.goTo} isOpen onClose={onClose}>
      <form onSubmit={go} className="space-y-3">
        <Field
          // React would focus it before the dialog opens, and the dialog would then choose for itself.
          ref={(field) => field?.setAttribute("autofocus", "")}
          label={strings.aPlaceOfTheLog}
          placeholder={strings.n12345Or20261129}
          value={said}
          autoComplete="off"
          onChange={(event) => setSaid(event.target.value)}
        />
        <p className="text-xs text-ink-faint">
          {strings.aTimeThatNamesNo({ zone: zoneName(serverNow(), zone) })}
        </p>
        {fault === null ? null : (
          <div role="alert">
            <Notice tone="warning" title={strings.thereIsNothingToGo}>
              {fault}
            </Notice>
          </div>
        )}
        <Button kind="primary" type="submit">
          {strings.go}
        </Button>
      </form>
    </Dialog>
  );
}
