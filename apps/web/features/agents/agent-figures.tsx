import { formatBytes, formatCount, formatMoment, formatSpan, unknown } from "../../client/format.ts";
import { serverNow } from "../../client/server-clock.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import type { AgentView } from "../../contracts/agents.ts";
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
    <section aria-label="Figures" className="border-b border-line px-5 py-3">
      <dl className="grid grid-cols-3 gap-x-4 gap-y-3">
        <Fact
          name="Reported"
          value={last === null ? "never" : `${formatAgo(last.seenAtEpochMs, nowEpochMs)} ago`}
          note={last === null ? null : `missed after ${formatSpan(last.heardWithinMs)}`}
          isBad={has("offline", "never-came")}
        />
        <Fact
          name="Last tap archived"
          value={archivedAt === null ? "never" : `${formatAgo(archivedAt, nowEpochMs)} ago`}
          note={archivedAt === null ? null : formatMoment(archivedAt, zone)}
        />
        <Fact
          name="Runs since"
          value={report === undefined ? unknown : formatAgo(report.startedAtEpochMs, nowEpochMs)}
          note={report === undefined ? null : `by ${report.link === "grpc" ? "gRPC" : "REST"}`}
        />
        <Fact
          name="Taps waiting"
          value={report === undefined ? unknown : `${formatCount(report.outbox.taps)} taps`}
          note={
            report === undefined || report.outbox.taps === 0
              ? null
              : `${formatBytes(report.outbox.bytes)}, oldest ${formatSpan(waitedMs)}`
          }
          isBad={has("outbox-old", "paused")}
        />
        <Fact
          name="Certificate"
          value={endsAt === null ? "none" : `${daysLeft(endsAt, nowEpochMs)} left`}
          note={certificate === null ? null : `${formatAgo(certificate.issuedAtEpochMs, nowEpochMs)} old`}
          isBad={has("certificate-ended", "certificate-ending")}
        />
        <Fact
          name="Clock"
          value={formatSkew(report?.clockSkewMs ?? null)}
          note={report === undefined ? null : "server minus agent"}
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
        name="Version"
        value={report?.version ?? unknown}
        note={agent.wanted?.version == null ? "any is wanted" : `wanted: ${agent.wanted.version}`}
      />
      <Fact
        name="Settings"
        value={report === undefined ? unknown : settingsWords(report.configRevision)}
        note={wanted === "" ? null : `to come: ${wanted}`}
      />
      <Fact
        name="Next number"
        value={report === undefined ? unknown : formatCount(report.outbox.nextSeq)}
        note={report === undefined ? null : `epoch ${report.outbox.epoch}`}
      />
    </>
  );
}

const settingsWords = (revision: number): string => (revision === 0 ? "its own" : `config ${revision}`);
