import pg from "pg";

/** A tap in quarantine. */
export type Quarantined = {
  /** The number that its agent gave it. */
  readonly seq: number;
  readonly reason: string;
  /** Digest of its raw bytes, hexadecimal. */
  readonly sha256: string;
};

export async function quarantined(databaseUrl: string): Promise<Quarantined[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ seq: string; reason: string; digest: Buffer }>(
      "SELECT seq, reason, digest FROM quarantined_tap",
    );
    return rows.map(({ seq, reason, digest }) => ({
      ...{ seq: Number(seq), reason },
      sha256: digest.toString("hex"),
    }));
  } finally {
    await client.end();
  }
}
