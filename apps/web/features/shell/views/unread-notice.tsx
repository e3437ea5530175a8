import * as strings from "../../../strings/generated/shell/views/unread-notice.ts";
import { rich } from "../../../strings/rich.tsx";
import { Notice } from "../../../ui/notice.tsx";

/** Says that a saved view, or a link that somebody was sent, is not shown as it was meant. */
export function UnreadNotice({ names }: { names: readonly string[] }) {
  return (
    <Notice tone="warning" title={strings.notAllOfThisAddress} className="mb-3 py-1.5">
      {rich(strings.thisVersionOfThePage, {
        names: names.map((name, index) => (
          <span key={name}>
            {index === 0 ? "" : ", "}
            <code className="font-mono">{name.slice(0, 40)}</code>
          </span>
        )),
      })}
    </Notice>
  );
}
