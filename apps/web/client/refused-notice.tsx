import * as strings from "../strings/generated/client/refused-notice.ts";
import { Notice } from "../ui/notice.tsx";
import { adviceOf } from "./api.ts";

/** Why an act was not done, and what to do; an error that is not ours says that nothing is known. `lookAt`: where it shows, such as "the agent". */
export function RefusedNotice({ error, lookAt }: { error: unknown; lookAt: string }) {
  if (error === null) return null;
  return (
    <div role="alert">
      <Notice tone="warning" title={strings.itWasNotDone}>
        {adviceOf(error) ?? strings.theServerDoesNotAnswer({ lookAt })}
      </Notice>
    </div>
  );
}
