"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { adviceOf, api } from "../../client/api.ts";
import { formatCount } from "../../client/format.ts";
import { saveFile } from "../../client/save-file.ts";
import { mostExported } from "../../contracts/audit.ts";
import { Button } from "../../ui/button.tsx";
import { Choice } from "../../ui/choice.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Notice } from "../../ui/notice.tsx";
import { fetchExport, type SavedExport } from "./fetch-export.ts";
import { type AuditView, filterOf, isFiltered } from "./view.ts";

const forms = [
  { label: "As sealed (NDJSON)", value: "ndjson" },
  { label: "Table (CSV)", value: "csv" },
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
    <Dialog title="Export with proof" isOpen onClose={onClose}>
      <div className="space-y-3 text-sm">
        <Effect {...{ plan, isTooMany, isChosen: isFiltered(view) }} />
        <Choice legend="Form" name="form" options={forms} value={form} onChange={setForm} />
        <p className="text-ink-soft">
          A ZIP file with the entries, the proof that each of them stands in the log, and a list of reasons
          that were erased.{" "}
          {isFiltered(view) ? "That no entry which fits was left out is not proven: only a range is." : ""}
        </p>
        <div role="status" className="space-y-3">
          {bytes === null ? null : <p className="figure text-ink-faint">{formatCount(bytes)} bytes so far</p>}
          {saved === null ? null : <Saved {...saved} />}
        </div>
        {fault === null ? null : (
          <div role="alert">
            <Notice tone="warning" title="It was not exported">
              {fault}
            </Notice>
          </div>
        )}
        <Button
          kind="primary"
          disabled={bytes !== null || plan.data === undefined || isTooMany || plan.data.entries === 0}
          onClick={run}
        >
          Export
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
      <p className="text-ink-faint">Counting…</p>
    ) : (
      <Notice tone="warning" title="It could not be counted">
        {adviceOf(plan.error) ?? "The server does not answer."}
      </Notice>
    );
  const { entries, size } = plan.data;
  if (isTooMany)
    return (
      <Notice tone="warning" title={`More than ${formatCount(mostExported)} entries fit`}>
        Narrow them by the filter, as by time, or take tapline audit export on the server, which writes any
        number.
      </Notice>
    );
  return (
    <p>
      <strong className="font-semibold">{formatCount(entries)} entries</strong>
      {isChosen ? " that the filter shows," : ""} of the {formatCount(size)} that the newest checkpoint
      vouches for.
    </p>
  );
}

function Saved({ name, data }: SavedExport) {
  const file = name.replace(/\.zip$/, "");
  return (
    <Notice tone="info" title={`${name} was saved`}>
      {formatCount(data.size)} bytes. Unpacked, it is verified offline by whoever has the log's verifier key:{" "}
      <code className="font-mono text-xs">tapline audit verify-export {file} --key log.vkey</code>
    </Notice>
  );
}
