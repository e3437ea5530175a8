"use client";

import { usePathname } from "next/navigation";
import { useState } from "react";
import { RefusedNotice } from "../../../client/refused-notice.tsx";
import { useGuardedAct } from "../../../client/use-guarded-act.ts";
import { askViewsAnew, type SavedView, savedViews, useSavedViews } from "../../../client/use-saved-views.ts";
import * as strings from "../../../strings/generated/shell/views/views-dialog.ts";
import { Button } from "../../../ui/button.tsx";
import { Dialog } from "../../../ui/dialog.tsx";
import { Field } from "../../../ui/field.tsx";
import { Skeleton } from "../../../ui/skeleton.tsx";
import { ViewRow } from "./view-row.tsx";
import { pageOf, wordsOf } from "./view-words.ts";

/** The views of pages that somebody keeps: goes to them, and keeps the one that is looked at. */
export function ViewsDialog({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  return (
    <Dialog title={strings.savedViews} isOpen={isOpen} onClose={onClose}>
      {isOpen ? <Views onClose={onClose} /> : null}
    </Dialog>
  );
}

function Views({ onClose }: { onClose: () => void }) {
  const { views, isFailed } = useSavedViews();
  const [removed, setRemoved] = useState<SavedView | null>(null);
  const act = useGuardedAct(askViewsAnew);
  return (
    <div className="space-y-4">
      <SaveForm views={views ?? []} />
      <section aria-label={strings.keptByYou}>
        <h3 className="mb-1 text-xs font-medium text-ink-faint">{strings.keptByYouAndSeen}</h3>
        {views === undefined ? (
          isFailed ? (
            <p className="text-sm text-ink-soft">{strings.theyCouldNotBeRead}</p>
          ) : (
            <Skeleton className="h-9" />
          )
        ) : views.length === 0 ? (
          <p className="text-sm text-ink-soft">{strings.noneYet}</p>
        ) : (
          <ul className="max-h-72 overflow-y-auto">
            {views.map((view) => (
              <ViewRow
                key={view.id}
                {...{ view, onClose }}
                onRemove={() =>
                  act.run(async () => {
                    await savedViews.remove.mutate({ id: view.id });
                    setRemoved(view);
                  })
                }
              />
            ))}
          </ul>
        )}
      </section>
      <RefusedNotice error={act.error} lookAt={strings.theList} />
      {removed === null ? null : (
        <p role="status" className="flex items-center gap-3 text-sm text-ink-soft">
          <span className="min-w-0 truncate">{strings.nameWasRemoved({ name: removed.name })}</span>
          <Button
            kind="outline"
            className="h-7 px-2 text-xs"
            disabled={act.isUnderWay}
            onClick={() =>
              act.run(async () => {
                const { name, path, search } = removed;
                await savedViews.save.mutate({ name, path, search });
                setRemoved(null);
              })
            }
          >
            {strings.keepItAfterAll}
          </Button>
        </p>
      )}
    </div>
  );
}

/** Keeps the page as it is looked at now: what stands in its address. */
function SaveForm({ views }: { views: readonly SavedView[] }) {
  const path = usePathname();
  const [search] = useState(() => window.location.search);
  const [name, setName] = useState("");
  const [saved, setSaved] = useState<string | null>(null);
  const act = useGuardedAct(askViewsAnew);
  const wanted = name.trim();
  const isKnown = views.some((view) => view.name === wanted);
  const save = () =>
    act.run(async () => {
      await savedViews.save.mutate({ name: wanted, path, search });
      setSaved(wanted);
      setName("");
    });
  return (
    <form
      className="space-y-2"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <div className="flex items-end gap-2">
        <Field
          label={strings.nameOfThisView}
          className="min-w-0 flex-1"
          maxLength={60}
          required
          autoComplete="off"
          value={name}
          onChange={({ target }) => {
            setSaved(null);
            setName(target.value);
          }}
        />
        <Button type="submit" kind="primary" disabled={act.isUnderWay || wanted === ""}>
          {isKnown ? strings.replace : strings.save}
        </Button>
      </div>
      <p className="text-xs [overflow-wrap:anywhere] text-ink-faint">
        {pageOf(path) ?? path}: {wordsOf(search) || strings.asItUsuallyIs}
      </p>
      <p role="status" className="text-sm text-ink-soft">
        {saved === null ? "" : strings.savedIsKeptThePalette({ saved })}
      </p>
      <RefusedNotice error={act.error} lookAt={strings.theList} />
    </form>
  );
}
