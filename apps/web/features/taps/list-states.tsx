import Link from "next/link";
import type { TapList } from "../../contracts/taps.ts";
import { Notice } from "../../ui/notice.tsx";

/** Why there is nothing in the list. */
export function EmptyList({ of, word }: { of: TapList["of"]; word: string }) {
  if (of === "all") return <FirstTap />;
  return (
    <div className="grid flex-1 place-items-center p-6 text-center">
      <div className="max-w-sm">
        <p className="font-semibold">{of === "nothing" ? `Nothing is called “${word}”` : "No taps yet"}</p>
        <p className="mt-1 text-sm text-ink-soft">
          {of === "nothing"
            ? "Neither an agent, nor a site, nor a tracker. What was refused is found by its agent's number."
            : `Nothing of the ${of} ${word} has an end in what is known.`}
          {of === "agent"
            ? " Hold a tracker to one of its readers: its tap shows up here once it is archived."
            : null}
        </p>
      </div>
    </div>
  );
}

function FirstTap() {
  return (
    <div className="grid flex-1 place-items-center overflow-y-auto p-6">
      <div className="max-w-md text-sm">
        <p className="text-base font-semibold">See your first tap</p>
        <ol className="mt-3 list-decimal space-y-1.5 pl-5 text-ink-soft">
          <li>
            <Link className="underline underline-offset-2" href="/agents">
              Enrol an agent
            </Link>
            , if none is online.
          </li>
          <li>Hold a tracker to one of its readers.</li>
          <li>Its tap shows up here once it is archived, and can be followed step by step.</li>
        </ol>
      </div>
    </div>
  );
}

/** Nothing is known, since nothing could be read. */
export function UnreadList() {
  return (
    <div className="flex-1 p-4">
      <Notice tone="warning" title="The taps could not be read">
        It is tried again all the time; taps go on without the console.
      </Notice>
    </div>
  );
}
