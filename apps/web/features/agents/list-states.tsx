import { useMayAdminister } from "../../client/viewer.tsx";
import { Button } from "../../ui/button.tsx";
import { Notice } from "../../ui/notice.tsx";

/** Why there is nothing in the list: there are no agents yet, or none is meant. */
export function EmptyList({ isFleetEmpty, onEnrol }: { isFleetEmpty: boolean; onEnrol: () => void }) {
  const mayAdminister = useMayAdminister();
  if (!isFleetEmpty) {
    return (
      <div className="grid flex-1 place-items-center p-6 text-center">
        <div className="max-w-xs">
          <p className="font-semibold">None matches</p>
          <p className="mt-1 text-sm text-ink-soft">No agent is as the filter wants it.</p>
        </div>
      </div>
    );
  }
  return (
    <div className="grid flex-1 place-items-center overflow-y-auto p-6">
      <div className="max-w-md text-sm">
        <p className="text-base font-semibold">Enrol your first agent</p>
        <p className="mt-1 text-ink-soft">An agent reads trackers at the NFC readers of one PC.</p>
        <ol className="mt-3 list-decimal space-y-1.5 pl-5 text-ink-soft">
          <li>
            Install the agent on the reader PC, as <code className="font-mono text-xs">docs/agent.md</code>{" "}
            says.
          </li>
          <li>Make a token here: it lets one machine in, once.</li>
          <li>Run the command that comes with it on the PC. The agent shows up here by itself.</li>
        </ol>
        {mayAdminister ? (
          <Button kind="primary" className="mt-4" onClick={onEnrol}>
            Enrol an agent…
          </Button>
        ) : (
          <p className="mt-4 text-ink-faint">Making tokens needs the role admin.</p>
        )}
      </div>
    </div>
  );
}

/** Nothing is known, since nothing could be read. */
export function UnreadList() {
  return (
    <div className="flex-1 p-4">
      <Notice tone="warning" title="The agents could not be read">
        How they are is not known. It is tried again all the time; agents go on without the console.
      </Notice>
    </div>
  );
}
