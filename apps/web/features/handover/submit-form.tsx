"use client";

import { type FormEvent, useId, useState } from "react";
import { apiClient } from "../../client/api.ts";
import { RefusedNotice } from "../../client/refused-notice.tsx";
import { useGuardedAct } from "../../client/use-guarded-act.ts";
import { askHandoverAnew } from "../../client/use-handover.ts";
import { useMayOperate } from "../../client/viewer.tsx";
import { mostNote } from "../../contracts/handover.ts";
import * as strings from "../../strings/generated/handover/submit-form.ts";
import { Button } from "../../ui/button.tsx";

/** What who leaves has to say; handed over with all that stands below, as it is at that moment. */
export function SubmitForm() {
  const mayOperate = useMayOperate();
  const fieldId = useId();
  const [note, setNote] = useState("");
  const { error, isUnderWay, run } = useGuardedAct(askHandoverAnew);
  if (!mayOperate)
    return <p className="text-sm text-ink-faint print:hidden">{strings.handingOverNeedsTheRole}</p>;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    await run(async () => {
      await apiClient.handover.submit.mutate({ note: note.trim() });
      setNote("");
    });
  };
  return (
    <form onSubmit={(event) => void submit(event)} className="space-y-3">
      <div>
        <label htmlFor={fieldId} className="mb-1.5 block text-sm font-medium">
          {strings.noteForWhoComes}
        </label>
        <textarea
          id={fieldId}
          rows={4}
          maxLength={mostNote}
          value={note}
          onChange={(event) => setNote(event.target.value)}
          placeholder={strings.whatIsNotInThe}
          className="w-full rounded-md border border-line-strong bg-surface px-3 py-2 text-sm placeholder:text-ink-faint"
        />
      </div>
      <RefusedNotice error={error} lookAt={strings.thisPage} />
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2 print:hidden">
        <Button type="submit" kind="primary" disabled={isUnderWay}>
          {strings.handOver}
        </Button>
        <p className="text-xs text-ink-soft">{strings.keepsWhatStandsBelowAs}</p>
      </div>
    </form>
  );
}
