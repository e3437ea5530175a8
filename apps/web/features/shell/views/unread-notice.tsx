import { Notice } from "../../../ui/notice.tsx";

/** Says that a saved view, or a link that somebody was sent, is not shown as it was meant. */
export function UnreadNotice({ names }: { names: readonly string[] }) {
  return (
    <Notice tone="warning" title="Not all of this address is understood" className="mb-3 py-1.5">
      This version of the page knows nothing of{" "}
      {names.map((name, index) => (
        <span key={name}>
          {index === 0 ? "" : ", "}
          <code className="font-mono">{name.slice(0, 40)}</code>
        </span>
      ))}
      , or not of what is said of it. What is shown is without it. A view that you saved: choose it anew and
      save it by the same name.
    </Notice>
  );
}
