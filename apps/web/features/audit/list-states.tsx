import { adviceOf } from "../../client/api.ts";
import { Notice } from "../../ui/notice.tsx";
import { isTriedAgain } from "./use-log.ts";

/** Why there is nothing in the list. */
export function EmptyList({ isFiltered }: { isFiltered: boolean }) {
  return (
    <div className="grid flex-1 place-items-center p-6 text-center">
      <div className="max-w-xs">
        <p className="font-semibold">{isFiltered ? "None matches" : "Nothing is recorded yet"}</p>
        <p className="mt-1 text-sm text-ink-soft">
          {isFiltered
            ? "No entry of the log is as the filter wants it."
            : "Each operation comes in here as it is done: who, what, on what, and why."}
        </p>
      </div>
    </div>
  );
}

/** What could not be read, and why: the server says what to do where it knows. */
export function Unread({ error, isShown }: { error: unknown; isShown: boolean }) {
  return (
    <div role="status">
      <Notice className="m-3" tone="warning" title="The audit log could not be read">
        {adviceOf(error) ?? "The server does not answer."}{" "}
        {isShown ? "What is shown is what was read before. " : ""}
        {isTriedAgain(error)
          ? "It is tried again all the time; operations go on to be recorded without the console."
          : null}
      </Notice>
    </div>
  );
}
