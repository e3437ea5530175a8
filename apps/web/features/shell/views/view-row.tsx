"use client";

import { Pencil, X } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { RefusedNotice } from "../../../client/refused-notice.tsx";
import { useGuardedAct } from "../../../client/use-guarded-act.ts";
import { askViewsAnew, type SavedView, savedViews } from "../../../client/use-saved-views.ts";
import * as strings from "../../../strings/generated/shell/views/view-row.ts";
import { Button } from "../../../ui/button.tsx";
import { Field } from "../../../ui/field.tsx";
import { pageOf, wordsOf } from "./view-words.ts";

/** One view: leads to it, gives it another name, or gives it up. */
export function ViewRow({
  view,
  onClose,
  onRemove,
}: {
  view: SavedView;
  onClose: () => void;
  onRemove: () => void;
}) {
  const [isRenaming, setRenaming] = useState(false);
  const { name, path, search } = view;
  const page = pageOf(path);
  if (isRenaming) return <RenameForm view={view} onEnd={() => setRenaming(false)} />;
  return (
    <li className="flex items-center gap-1 border-b border-line py-1 last:border-b-0">
      <div className="min-w-0 flex-1">
        {page === null ? (
          <p className="truncate text-sm">{name}</p>
        ) : (
          <Link
            href={`${path}${search}`}
            onClick={onClose}
            className="block truncate text-sm underline decoration-line-strong underline-offset-2 hover:decoration-ink"
          >
            {name}
          </Link>
        )}
        <p className="truncate text-xs text-ink-faint">
          {page === null ? strings.ofAPageThatThis : `${page} · ${wordsOf(search) || strings.asUsual}`}
        </p>
      </div>
      <Button
        aria-label={strings.renameName({ name })}
        title={strings.rename}
        className="size-8 px-0"
        onClick={() => setRenaming(true)}
      >
        <Pencil aria-hidden className="size-4" />
      </Button>
      <Button
        aria-label={strings.removeName({ name })}
        title={strings.remove}
        className="size-8 px-0"
        onClick={onRemove}
      >
        <X aria-hidden className="size-4" />
      </Button>
    </li>
  );
}

function RenameForm({ view, onEnd }: { view: SavedView; onEnd: () => void }) {
  const [name, setName] = useState(view.name);
  const act = useGuardedAct(askViewsAnew);
  return (
    <li className="border-b border-line py-2 last:border-b-0">
      <form
        className="space-y-2"
        onSubmit={(event) => {
          event.preventDefault();
          void act.run(async () => {
            await savedViews.rename.mutate({ id: view.id, name: name.trim() });
            onEnd();
          });
        }}
      >
        <div className="flex items-end gap-2">
          <Field
            label={strings.anotherNameForName({ name: view.name })}
            className="min-w-0 flex-1"
            maxLength={60}
            required
            autoComplete="off"
            value={name}
            onChange={({ target }) => setName(target.value)}
          />
          <Button type="submit" kind="outline" disabled={act.isUnderWay || name.trim() === ""}>
            {strings.rename}
          </Button>
          <Button onClick={onEnd}>{strings.cancel}</Button>
        </div>
        <RefusedNotice error={act.error} lookAt={strings.theList} />
      </form>
    </li>
  );
}
