import { type Ending, endingsIn, type RingKey } from "@tapline/core/encryption";

/** Files whose certificates and lists an installation relies on, by what they are to it; null where none is set. */
export type WatchedFiles = Readonly<Record<string, string | null>>;

/**
 * Everything that can run out: what files hold, and the active keys of the ring.
 * @param read gives a file's text
 * @returns endings, soonest first, each once; and the files that cannot be read
 */
export async function collectEndings(
  files: WatchedFiles,
  ring: readonly RingKey[],
  read: (path: string) => Promise<string>,
): Promise<{ endings: Ending[]; unreadable: { what: string; error: unknown }[] }> {
  const found = new Map<string, Ending>();
  const unreadable: { what: string; error: unknown }[] = [];
  const note = (ending: Ending): void => {
    const key = `${ending.subject}/${ending.endsAtEpochMs}`;
    if (!found.has(key)) found.set(key, ending);
  };
  for (const { role, state, subject, notAfterEpochMs } of ring)
    if (state === "active") note({ what: `${role} key`, subject, endsAtEpochMs: notAfterEpochMs });
  for (const [what, path] of Object.entries(files)) {
    if (path === null) continue;
    try {
      for (const ending of endingsIn(await read(path), what)) note(ending);
    } catch (error) {
      unreadable.push({ what, error });
    }
  }
  return { endings: [...found.values()].toSorted((a, b) => a.endsAtEpochMs - b.endsAtEpochMs), unreadable };
}

/** The watched files as a worker's settings, or a command's environment, name them. */
export function watchedFiles(settings: {
  readonly TAPLINE_SIGNER_CERT?: string | undefined;
  readonly TAPLINE_SIGNER_CHAIN?: readonly string[] | undefined;
  readonly TAPLINE_TRUST?: string | undefined;
  readonly TAPLINE_INGEST_CERT?: string | undefined;
  readonly TAPLINE_AGENT_AUTHORITY_CERT?: string | undefined;
}): WatchedFiles {
  const chain = (settings.TAPLINE_SIGNER_CHAIN ?? []).map((path, i) => [`chain ${i + 1}`, path] as const);
  return {
    "trusted root": settings.TAPLINE_TRUST ?? null,
    signer: settings.TAPLINE_SIGNER_CERT ?? null,
    ...Object.fromEntries(chain),
    door: settings.TAPLINE_INGEST_CERT ?? null,
    "agents' authority": settings.TAPLINE_AGENT_AUTHORITY_CERT ?? null,
  };
}
