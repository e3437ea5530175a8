import { ago } from "../../client/ago.ts";
import { formatMoment, formatSpan } from "../../client/format.ts";
import { serverNow } from "../../client/server-clock.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import type { ShiftView } from "../../contracts/releases.ts";
import * as strings from "../../strings/generated/releases/shift-parts.ts";
import { cn } from "../../ui/cn.ts";
import { Fact } from "../../ui/fact.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Part } from "../../ui/part.tsx";
import { actorName, checkNames, checkValue, releaseName, wayWords } from "./release-words.ts";
import { ShareBar } from "./share-bar.tsx";

/** How a shift stands and why: share, evidence side by side, who began it. */
export function ShiftParts({ shift, names }: { shift: ShiftView; names: Readonly<Record<string, string>> }) {
  const zone = useTimeZone();
  const { state, startedAtEpochMs, startedBy, reason, endedAtEpochMs, plan } = shift;
  const nowEpochMs = serverNow();
  const at = (epochMs: number) => formatMoment(epochMs, zone);
  return (
    <>
      {state.held === null ? null : (
        <div className="border-b border-line px-5 py-3">
          <Notice tone="warning" title={strings.itStandsStillUntilSomebody}>
            {state.held}
          </Notice>
        </div>
      )}
      <Part title={strings.way}>
        <p className="[overflow-wrap:anywhere]">{wayWords(shift)}</p>
        <ShareBar shift={shift} />
        <p className="mt-1 [overflow-wrap:anywhere] text-ink-soft">{state.why}</p>
      </Part>
      <Evidence shift={shift} />
      <section aria-label={strings.figures} className="border-b border-line px-5 py-3">
        <dl className="grid grid-cols-3 gap-x-4 gap-y-3">
          <Fact name={strings.begun} value={ago(startedAtEpochMs, nowEpochMs)} note={at(startedAtEpochMs)} />
          <Fact
            name={strings.inThisPhase}
            value={strings.forSpan({ span: formatSpan(serverNow() - state.sinceEpochMs) })}
          />
          {endedAtEpochMs === null ? (
            <Fact name={strings.steps} value={`${plan.steps.join(", ")} %`} />
          ) : (
            <Fact name={strings.ended} value={ago(endedAtEpochMs, nowEpochMs)} note={at(endedAtEpochMs)} />
          )}
          <Fact name={strings.eachWatchedFor} value={formatSpan(plan.windowMs)} />
          <Fact name={strings.oldOneKeptFor} value={formatSpan(plan.keepMs)} />
          <Fact name={strings.setbacks} value={String(state.setbacks)} isBad={state.setbacks > 0} />
        </dl>
      </section>
      <Part title={strings.byWhom}>
        <p className="[overflow-wrap:anywhere] text-ink-soft">
          {actorName(startedBy, names)}: {reason}
        </p>
      </Part>
    </>
  );
}

const cell = "py-1 text-right figure";

function Evidence({ shift: { evidence, base, release } }: { shift: ShiftView }) {
  if (evidence === null)
    return (
      <Part title={strings.evidence}>
        <p className="text-ink-faint">{strings.nothingWasLookedAtYet}</p>
      </Part>
    );
  const { verdict, checks, attempts, atEpochMs } = evidence;
  return (
    <Part title={strings.evidenceSideBySide}>
      <p className={cn("mb-1 [overflow-wrap:anywhere]", verdict.is === "bad" && "font-medium text-warning")}>
        {verdict.is === "bad" ? <span aria-hidden>▲ </span> : null}
        {verdict.is}: {verdict.why}
      </p>
      <table aria-label={strings.evidence} className="w-full text-sm">
        <thead>
          <tr className="text-xs text-ink-faint">
            <td />
            <th scope="col" className="py-1 text-right font-medium">
              {releaseName(base)}
            </th>
            <th scope="col" className="py-1 text-right font-medium">
              {releaseName(release)}
            </th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row" className="py-1 text-left font-normal text-ink-soft">
              {strings.attemptsSeen}
            </th>
            <td className={cell}>{attempts.stable}</td>
            <td className={cell}>{attempts.target}</td>
          </tr>
          {checks.map(({ name, isBad, stable, target }) => (
            <tr key={name} className={isBad ? "font-medium text-warning" : undefined}>
              <th scope="row" className={cn("py-1 text-left font-normal", isBad ? "" : "text-ink-soft")}>
                {isBad ? <span aria-hidden>▲ </span> : null}
                {checkNames[name]}
              </th>
              <td className={cell}>{checkValue(name, stable)}</td>
              <td className={cell}>{checkValue(name, target)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="age mt-1 text-xs text-ink-faint">
        {strings.seenSpanAgo({ span: formatSpan(serverNow() - atEpochMs) })}
      </p>
    </Part>
  );
}
