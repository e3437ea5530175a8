import type { AlertNews } from "@tapline/core/alerts";
import type { KpiLive } from "@tapline/core/kpi";
import { io } from "socket.io-client";
import type { ConnectRefusal, MarkedTopic, ServerToClientEvents, Topic } from "../contracts/events.ts";
import { askAlertsAnew, mergeNews, showNews } from "./alert-cache.ts";
import { api, queryClient } from "./api.ts";
import { aFrameLater, coalesce, nextFrame } from "./coalesce.ts";
import { joinTopic, joinTopics, type LiveSocket } from "./join-topics.ts";
import { noteHeard, setSocketState } from "./live-state.ts";
import { newest } from "./newest.ts";
import { tellPainted } from "./painted-alerts.ts";
import { unlessPaused } from "./pause.ts";

const retryMs = 1_000;
const answerMs = 5_000;
const always: readonly Topic[] = ["kpi", "alerts"];
/** What one page alone follows while it stands, and how it asks anew. */
const ofPage = new Map<Topic, () => void>();
let socket: LiveSocket | undefined;

const showLive = coalesce<KpiLive>({
  merge: (waiting, arrived) => newest(waiting, arrived) ?? arrived,
  write: (arrived) => {
    noteHeard({ atEpochMs: arrived.atEpochMs, receivedEpochMs: Date.now() });
    // A picture is no change: it only is a later one.
    unlessPaused(0, () =>
      queryClient.setQueryData(api.kpi.live.queryKey(), (known) => newest(known, arrived) ?? arrived),
    );
  },
  // By no frame: most pages draw nothing of a picture, and what they have to draw would come a frame later for one that was asked for in vain.
  schedule: aFrameLater,
});
const watchPaint = tellPainted((painted) => {
  // What waits for a connection would be told too late to be believed.
  if (socket?.connected === true) socket.emit("alertsPainted", painted);
});
const pushNews = coalesce<readonly AlertNews[]>({
  merge: mergeNews,
  write: (news) => {
    showNews(news);
    watchPaint(news);
  },
  schedule: nextFrame,
});

/** Opens this page's one connection; called again it does nothing. */
export function startLive(): void {
  liveSocket();
}

/** This page's one connection, for what is more than a topic. */
export function liveSocket(): LiveSocket {
  if (socket !== undefined) return socket;
  const opened: LiveSocket = io({
    transports: ["websocket"],
    reconnectionDelay: 250,
    reconnectionDelayMax: 3_000,
    timeout: 5_000,
  });
  socket = opened;
  opened.on("kpi", showLive);
  opened.on("alerts", (news) => pushNews([news]));
  opened.on("alertsMissed", askAlertsAnew);
  // What the page shows and offers was made for the role of before.
  opened.on("roleChanged", () => window.location.reload());
  opened.on("connect", () => void subscribeAnew(opened));
  opened.on("disconnect", (reason) => {
    setSocketState("lost");
    // Where the server hung up (the session may have ended), the library does not try again by itself.
    if (reason === "io server disconnect") setTimeout(() => opened.connect(), retryMs);
  });
  opened.on("connect_error", (error) => {
    const refusal = error.message as ConnectRefusal;
    if (refusal === "unauthenticated" || refusal === "forbidden") return setSocketState("signed-out");
    setSocketState("lost");
    if (!opened.active) setTimeout(() => opened.connect(), retryMs);
  });
  return opened;
}

async function subscribeAnew(opened: LiveSocket): Promise<void> {
  // No answer: hang up and let the library begin again.
  if (!(await joinTopics(opened, { always, ofPage, answerMs }))) return void opened.disconnect().connect();
  setSocketState("connected");
  await queryClient.invalidateQueries();
}

/**
 * Follows the agents for a page that shows them, until called off.
 * @param missed for when something may not have been told: before it was joined, too
 */
export function followAgents(changed: ServerToClientEvents["agents"], missed: () => void): () => void {
  const leave = followTopic("agents", missed);
  socket?.on("agents", changed).on("agentsMissed", missed);
  return () => {
    socket?.off("agents", changed).off("agentsMissed", missed);
    leave();
  };
}

/** Follows it for a page that shows it, until called off. @param changed for when something of it is, or may be, another */
export function followMarked(topic: MarkedTopic, changed: () => void): () => void {
  const leave = followTopic(topic, changed);
  const hear = (of: MarkedTopic) => of === topic && changed();
  socket?.on("changed", hear);
  return () => {
    socket?.off("changed", hear);
    leave();
  };
}

function followTopic(topic: Topic, missed: () => void): () => void {
  startLive();
  ofPage.set(topic, missed);
  // Where it is not connected yet, the topic is joined, and all asked for anew, once it is.
  if (socket?.connected === true) void joinTopic(socket, topic, answerMs).then(missed);
  return () => {
    ofPage.delete(topic);
    socket?.emit("unsubscribe", topic);
  };
}
