import { formatBytes, formatCount, formatMoment, formatSpan, unknown } from "../../client/format.ts";
import { serverNow } from "../../client/server-clock.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import type { AgentView } from "../../contracts/agents.ts";
import * as strings from "../../strings/generated/agents/agent-figures.ts";
import { Fact } from "../../ui/fact.tsx";
import type { Standing, TroubleKind } from "./agent-standing.ts";
import { daysLeft, formatAgo, formatSkew, wantedWords } from "./agent-words.ts";

/** The figures of one agent, each with its unit, and how old they are. */
export function AgentFigures({ standing }: { standing: Standing }) {
  const zone = useTimeZone();
  const nowEpochMs = serverNow();
  const { agent, troubles, waitedMs, certificateEndsAtEpochMs: endsAt } = standing;
  const { last, certificate, lastArchivedAtEpochMs: archivedAt } = agent;
  const report = last?.report;
  const has = (...kinds: TroubleKind[]) => troubles.some((kind) => kinds.includes(kind));
  return (
    <section aria-label={strings.figures} className="border-b border-line px-5 py-3">
      <dl className="grid grid-cols-3 gap-x-4 gap-y-3">
        <Fact
          name={strings.reported}
          value={
            last === null ? "never" : strings.seenAgo({ seen: formatAgo(last.seenAtEpochMs, nowEpochMs) })
          }
          note={last === null ? null : strings.missedAfterSpan({ span: formatSpan(last.heardWithinMs) })}
          isBad={has("offline", "never-came")}
        />
        <Fact
          name={strings.lastTapArchived}
          value={
            archivedAt === null
              ? "never"
              : strings.archivedAtAgo({ archivedAt: formatAgo(archivedAt, nowEpochMs) })
          }
          note={archivedAt === null ? null : formatMoment(archivedAt, zone)}
        />
        <Fact
          name={strings.runsSince}
          value={report === undefined ? unknown : formatAgo(report.startedAtEpochMs, nowEpochMs)}
          note={
            report === undefined
              ? null
              : strings.byLink({ link: report.link === "grpc" ? strings.gRpc : strings.rest })
          }
        />
        <Fact
          name={strings.tapsWaiting}
          value={report === undefined ? unknown : strings.tapsTaps({ taps: report.outbox.taps })}
          note={
            report === undefined || report.outbox.taps === 0
              ? null
              : strings.sizeOldestSpan({ size: formatBytes(report.outbox.bytes), span: formatSpan(waitedMs) })
          }
          isBad={has("outbox-old", "paused")}
        />
        <Fact
          name={strings.certificate}
          value={endsAt === null ? "none" : strings.daysLeftLeft({ daysLeft: daysLeft(endsAt, nowEpochMs) })}
          note={
            certificate === null
              ? null
              : strings.issuedOld({ issued: formatAgo(certificate.issuedAtEpochMs, nowEpochMs) })
          }
          isBad={has("certificate-ended", "certificate-ending")}
        />
        <Fact
          name={strings.clock}
          value={formatSkew(report?.clockSkewMs ?? null)}
          note={report === undefined ? null : strings.serverMinusAgent}
          isBad={has("clock-off")}
        />
        <Runs agent={agent} />
      </dl>
    </section>
  );
}

/** What it runs, and what is wanted of it. */
function Runs({ agent }: { agent: AgentView }) {
  const report = agent.last?.report;
  const wanted = wantedWords(agent);
  return (
    <>
      <Fact
        name={strings.version}
        value={report?.version ?? unknown}
        note={
          agent.wanted?.version == null
            ? strings.anyIsWanted
            : strings.wantedVersion({ version: agent.wanted.version })
        }
      />
      <Fact
        name={strings.settings}
        value={report === undefined ? unknown : settingsWords(report.configRevision)}
        note={wanted === "" ? null : strings.toComeWanted({ wanted })}
      />
      <Fact
        name={strings.nextNumber}
        value={report === undefined ? unknown : formatCount(report.outbox.nextSeq)}
        note={report === undefined ? null : strings.epochEpoch({ epoch: report.outbox.epoch })}
      />
    </>
  );
}

const settingsWords = (revision: number): string =>
  revision === 0 ? strings.itsOwn : strings.configRevision({ revision });
