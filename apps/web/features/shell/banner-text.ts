import type { Connection } from "../../client/connection.ts";
import type { SocketState } from "../../client/live-state.ts";
import type { ErrorDetail } from "../../contracts/api.ts";
import * as strings from "../../strings/generated/shell/banner-text.ts";
import type { Tone } from "../../ui/notice.tsx";

/** What a banner is decided from. */
export interface BannerFacts {
  connection: Connection;
  socket: SocketState;
  hasFigures: boolean;
  isAnswered: boolean;
  error: unknown;
  detail: ErrorDetail | null;
}

export interface BannerText {
  tone: Tone;
  title: string;
  text: string | null;
}

const partNames: Record<string, string> = { redis: strings.redis, postgresql: strings.postgreSql };

/** The banner for a connection; `null` where there is nothing to say. The nearest known cause is named. */
export function bannerFor(facts: BannerFacts): BannerText | null {
  if (facts.connection === "signed-out") {
    return { tone: "critical", title: strings.youAreSignedOut, text: strings.nothingIsUpdatedAnyMore };
  }
  if (facts.connection === "live") return null;
  if (facts.connection === "recovering") {
    // A page that has just been opened is not worth a word: its figures may come before its socket.
    if (facts.socket === "connecting" && facts.hasFigures) return null;
    return facts.hasFigures
      ? { tone: "info", title: strings.connectionLostTryingAgain, text: null }
      : unanswered(facts);
  }
  if (facts.error !== null || facts.socket !== "connected") return unanswered(facts);
  // Connected before the first answer came: whether there are figures is not known yet.
  if (!facts.isAnswered) return null;
  return {
    tone: "warning",
    title: facts.hasFigures ? strings.noNewFigures : strings.noFiguresYet,
    text: strings.theConsoleIsConnectedBut,
  };
}

function unanswered(facts: BannerFacts): BannerText | null {
  const { detail } = facts;
  if (detail !== null) {
    const part = partNames[String(detail.facts.part)] ?? strings.aPartOfTapline;
    const remedy =
      detail.remedy === null ? null : strings.remedyItIsTriedAgain({ remedy: capital(detail.remedy) });
    return { tone: "critical", title: strings.partDoesNotAnswer({ part }), text: remedy };
  }
  if (!facts.isAnswered || (facts.error === null && !facts.hasFigures)) return null;
  return {
    tone: "critical",
    title: strings.connectionToTheConsolesServer,
    text: strings.itIsTriedAgainAll,
  };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
