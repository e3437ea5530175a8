import { adviceOf } from "../../client/api.ts";
import { Notice } from "../../ui/notice.tsx";

/** Why an act was not done, and what to do; an error that is not ours says that nothing is known. */
export function RefusedNotice({ error }: { error: unknown }) {
  if (error === null) return null;
  return (
    <div role="alert">
      <Notice tone="warning" title="It was not done">
        {adviceOf(error) ??
          "The server does not answer: whether it was done is not known. Look at the agent."}
      </Notice>
    </div>
  );
}
