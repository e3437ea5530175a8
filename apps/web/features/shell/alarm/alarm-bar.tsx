import * as strings from "../../../strings/generated/shell/alarm/alarm-bar.ts";
import { rich } from "../../../strings/rich.tsx";
import { Button } from "../../../ui/button.tsx";
import { Kbd } from "../../../ui/kbd.tsx";
import { SeverityMark } from "../../../ui/severity.tsx";
import { allowSound } from "./sound.ts";

/**
 * What is to be said of the sound: that it calls, that it was silenced, or that nothing would be heard. Nothing while all is well. It stands
 * on the strip that counts alerts, where it covers nothing that is pressed.
 */
export function AlarmBar({
  calling,
  isSilent,
  silence,
  mayBeHeard,
}: {
  /** So many critical alerts. */
  calling: number;
  isSilent: boolean;
  silence: () => void;
  mayBeHeard: boolean;
}) {
  if (mayBeHeard && calling === 0) return null;
  return (
    <section
      aria-label={strings.soundForCriticalAlerts}
      className="fixed top-14.5 left-1/2 z-10 flex min-h-9 w-max max-w-[calc(100vw-1.5rem)] -translate-x-1/2 items-center gap-3 rounded-lg border border-line-strong bg-surface pr-0.5 pl-3 text-sm shadow-lg print:hidden"
    >
      {mayBeHeard ? (
        <Calling {...{ calling, isSilent, silence }} />
      ) : (
        <>
          <p>
            <span aria-hidden>▲ </span>
            {strings.thisTabIsNotHeard}
          </p>
          <Button kind="outline" className="h-8" onClick={allowSound}>
            {strings.letItSound}
          </Button>
        </>
      )}
    </section>
  );
}

function Calling({
  calling,
  isSilent,
  silence,
}: {
  calling: number;
  isSilent: boolean;
  silence: () => void;
}) {
  return (
    <>
      <p className={isSilent ? "pr-2.5 text-ink-soft" : "font-medium text-critical"}>
        <SeverityMark severity="critical" isCalm={isSilent} />{" "}
        {rich(strings.criticalAlertsCall, {
          calling,
          figure: (words) => <span className="figure">{words}</span>,
        })}
        {isSilent ? strings.silencedUntilTheNextOne : ""}
      </p>
      {isSilent ? null : (
        <Button kind="outline" className="h-8" onClick={silence}>
          {strings.silence} <Kbd>m</Kbd>
        </Button>
      )}
    </>
  );
}
