"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { adviceOf, api } from "../../client/api.ts";
import { formatCount } from "../../client/format.ts";
import { saveFile } from "../../client/save-file.ts";
import { mostExported } from "../../contracts/audit.ts";
import * as strings from "../../strings/generated/audit/export-dialog.ts";
import { rich } from "../../strings/rich.tsx";
import { Button } from "../../ui/button.tsx";
import { Choice } from "../../ui/choice.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Notice } from "../../ui/notice.tsx";
import { fetchExport, type SavedExport } from "./fetch-export.ts";
import { isBusy, retryInMs } from "./retry.ts";
import { type AuditView, filterOf, isFiltered } from "./view.ts";

const forms = [
  { label: strings.asSealedNdjson, value: "ndjson" },
  { label: strings.tableCsv, value: "csv" },
] as const;
type Form = (typeof forms)[number]["value"];

/** Saves what the filter shows as a file with its own proof, as `tapline audit export` writes it. */
export function ExportDialog({ view, onClose }: { view: AuditView; onClose: () => void }) {
  const [form, setForm] = useState<Form>("ndjson");
  const [bytes, setBytes] = useState<number | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const [saved, setSaved] = useState<SavedExport | null>(null);
  const plan = useQuery({
    ...api.auditBoard.exportPlan.queryOptions({ filter: filterOf(view) }),
    staleTime: 0,
    retry: (_refused, error) => isBusy(error),
    retryDelay: (refused, error) => retryInMs(error, refused + 1) ?? 0,
  });
  const isTooMany = (plan.data?.entries ?? 0) > mostExported;
  const run = async (): Promise<void> => {
    setFault(null);
    setSaved(null);
    setBytes(0);
    try {
      const done = await fetchExport(form, filterOf(view), setBytes);
      saveFile(done.name, [done.data], "application/zip");
      setSaved(done);
    } catch (error) {
      setFault(error instanceof Error ? error.message : String(error));
    }
    setBytes(null);
  };
  return (
    <Dialog title={strings.exportWithProof} isOpen onClose={onClose}>
      <div className="space-y-3 text-sm">
        <Effect {...{ plan, isTooMany, isChosen: isFiltered(view) }} />
        <Choice legend={strings.form} name="form" options={forms} value={form} onChange={setForm} />
        <p className="text-ink-soft">
          {strings.aZipFileWithThe} {isFiltered(view) ? strings.thatNoEntryWhichFits : ""}
        </p>
        <div role="status" className="space-y-3">
          {bytes === null ? null : (
            <p className="figure text-ink-faint">{strings.bytesBytesSoFar({ bytes })}</p>
          )}
          {saved === null ? null : <Saved {...saved} />}
        </div>
        {fault === null ? null : (
          <div role="alert">
            <Notice tone="warning" title={strings.itWasNotExported}>
              {fault}
            </Notice>
          </div>
        )}
        <Button
          kind="primary"
          disabled={bytes !== null || plan.data === undefined || isTooMany || plan.data.entries === 0}
          onClick={run}
        >
          {strings.exportWord}
        </Button>
      </div>
    </Dialog>
  );
}

function Effect({
  plan,
  isTooMany,
  isChosen,
}: {
  plan: { data?: { entries: number; size: number } | undefined; error: unknown };
  isTooMany: boolean;
  isChosen: boolean;
}) {
  if (plan.data === undefined)
    return plan.error === null ? (
      <p className="text-ink-faint">{strings.counting}</p>
    ) : (
      <Notice tone="warning" title={strings.itCouldNotBeCounted}>
        {adviceOf(plan.error) ?? strings.theServerDoesNotAnswer}
      </Notice>
    );
  const { entries, size } = plan.data;
  if (isTooMany)
    return (
      <Notice
        tone="warning"
        title={strings.moreThanMostExportedEntries({ mostExported: formatCount(mostExported) })}
      >
        {strings.narrowThemByTheFilter}
      </Notice>
    );
  return (
    <p>
      {rich(strings.entriesIsChosenOfThe, {
        entries: <strong className="font-semibold">{strings.entriesEntries({ entries })}</strong>,
        isChosen: isChosen ? strings.thatTheFilterShows : "",
        size: formatCount(size),
      })}
    </p>
  );
}

function Saved({ name, data }: SavedExport) {
  const file = name.replace(/\.zip$/, "");
  return (
    <Notice tone="info" title={strings.nameWasSaved({ name })}>
      {rich(strings.sizeBytesUnpackedItIs, {
        size: formatCount(data.size),
        file: <code className="font-mono text-xs">{strings.taplineAuditVerifyExportFile({ file })}</code>,
      })}
    </Notice>
  );
}
