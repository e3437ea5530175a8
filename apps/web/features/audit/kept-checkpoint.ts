/** What this browser knows of the log by itself: the server cannot change it. */
export interface KeptCheckpoint {
  /** As it was signed. */
  note: string;
  keptAtEpochMs: number;
}

const checkpointKey = "tapline.audit.checkpoint";
const keysKey = "tapline.audit.verifier-keys";

export function keptCheckpoint(): KeptCheckpoint | null {
  try {
    const { note, keptAtEpochMs } = JSON.parse(localStorage.getItem(checkpointKey) ?? "null") ?? {};
    return typeof note === "string" && typeof keptAtEpochMs === "number" ? { note, keptAtEpochMs } : null;
  } catch {
    return null;
  }
}

export function keepCheckpoint(kept: KeptCheckpoint): void {
  localStorage.setItem(checkpointKey, JSON.stringify(kept));
}

export function forgetCheckpoint(): void {
  localStorage.removeItem(checkpointKey);
}

/** Verifier keys, one a line; "" where none were given. */
export const verifierKeys = (): string => localStorage.getItem(keysKey) ?? "";

export function keepVerifierKeys(keys: string): void {
  localStorage.setItem(keysKey, keys.trim());
}
