/** How the socket stands. */
export type SocketState = "connecting" | "connected" | "lost" | "signed-out";

let state: SocketState = "connecting";
const listeners = new Set<() => void>();

export function getSocketState(): SocketState {
  return state;
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
