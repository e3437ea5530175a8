/** How the socket stands. */
export type SocketState = "connecting" | "connected" | "lost" | "signed-out";

/** The last picture that the socket brought, whether it is shown or not; `null` before the first. */
export interface Heard {
  atEpochMs: number;
  receivedEpochMs: number;
}

let heard: Heard | null = null;
let state: SocketState = "connecting";
const listeners = new Set<() => void>();

export function getSocketState(): SocketState {
  return state;
}

export function lastHeard(): Heard | null {
  return heard;
}

export function noteHeard(next: Heard): void {
  heard = next;
}

export function onSocketState(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Signed out is an end: only a new page leads out of it. */
export function setSocketState(next: SocketState): void {
  if (state === next || state === "signed-out") return;
  state = next;
  for (const listener of listeners) listener();
}

export function markSignedOut(): void {
  setSocketState("signed-out");
}
