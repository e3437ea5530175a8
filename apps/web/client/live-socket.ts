import type { KpiLive } from "@tapline/core/kpi";
import { io, type Socket } from "socket.io-client";
import type { ClientToServerEvents, ConnectRefusal, ServerToClientEvents } from "../contracts/events.ts";
import { api, queryClient } from "./api.ts";
import { coalesce } from "./coalesce.ts";
import { setSocketState } from "./live-state.ts";
import { isNewer, newest } from "./newest.ts";

type LiveSocket = Socket<ServerToClientEvents, ClientToServerEvents>;

const retryMs = 1_000;
let socket: LiveSocket | undefined;

const showLive = coalesce<KpiLive>({
  isNewer,
  write: (arrived) =>
    queryClient.setQueryData(api.kpi.live.queryKey(), (known) => newest(known, arrived) ?? arrived),
  schedule: (run) => {
    if (document.hidden) setTimeout(run, 250);
    else requestAnimationFrame(run);
  },
});

/** Opens this page's one connection; called again it does nothing. */
export function startLive(): void {
  if (socket !== undefined) return;
  const opened: LiveSocket = io({
    transports: ["websocket"],
    reconnectionDelay: 250,
    reconnectionDelayMax: 3_000,
    timeout: 5_000,
  });
  socket = opened;
  opened.on("kpi", showLive);
  opened.on("connect", () => {
    // A recovered connection has its rooms and what it missed; any other begins anew.
    if (opened.recovered) setSocketState("connected");
    else void subscribeAnew(opened);
  });
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
}

async function subscribeAnew(opened: LiveSocket): Promise<void> {
  try {
    await opened.timeout(5_000).emitWithAck("subscribe", "kpi");
    setSocketState("connected");
    await queryClient.invalidateQueries();
  } catch {
    // No answer: hang up and let the library begin again.
    opened.disconnect().connect();
  }
}
