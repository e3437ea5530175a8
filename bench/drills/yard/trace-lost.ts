import pg from "pg";
import type { Handed } from "../read-ledger.ts";

/** So many are traced: where more are lost, they are lost in one way. */
const mostTraced = 5;

/** What the database knows of taps that are nowhere to be found, one sentence each, for who looks for the reason. */
export async function traceLost(lost: readonly Handed[], databaseUrl: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const told: string[] = [];
    for (const { seq, place, sha256, expected } of lost.slice(0, mostTraced)) {
      const known = [
        ...(await rows(client, quarantinedSql, [seq, sha256])),
        ...(await rows(client, agentRunsSql, [seq])),
        ...(await rows(client, duplicateRunsSql, [seq])),
        ...(await rows(client, tapRunsSql, place?.split("/") ?? ["", 0, 0])),
      ];
      told.push(
        `tap ${seq} (${place ?? "no place"}, ${sha256.slice(0, 16)}, to be ${expected.verdict}): ${known.join("; ") || "unknown"}`,
      );
    }
    return told;
  } finally {
    await client.end();
  }
}

async function rows(client: pg.Client, sql: string, values: readonly unknown[]): Promise<string[]> {
  const { rows: found } = await client.query<{ told: string }>(sql, [...values]);
  return found.map(({ told }) => told);
}

const quarantinedSql = `
  SELECT format('in quarantine as number %s of %s: %s, %s', seq, agent, reason, detail) AS told
  FROM quarantined_tap WHERE seq = $1 OR digest = decode($2, 'hex')`;

const holds = `first_seq <= $1 AND last_seq >= $1
  AND (get_byte(members, (($1 - first_seq) / 8)::int) >> (($1 - first_seq) % 8)::int) & 1 = 1`;

const entries = (segment: string): string => `
  (SELECT string_agg(action || ' at ' || recorded_at, ', ' ORDER BY recorded_at) FROM audit_entry
   WHERE subject = 'segment/' || ${segment})`;

const agentRunsSql = `
  SELECT format('its agent''s number is in segment %s (%s)', segment_id, ${entries("segment_id")}) AS told
  FROM agent_run WHERE ${holds}`;

const duplicateRunsSql = `
  SELECT format('ended with segment %s as a duplicate of one in %s (%s)', segment_id, held_by,
                ${entries("held_by")}) AS told
  FROM duplicate_run WHERE ${holds}`;

const tapRunsSql = `
  SELECT format('its tracker''s number is in segment %s (%s)', segment_id, ${entries("segment_id")}) AS told
  FROM tap_run WHERE tracker = $1 AND tracker_epoch = $2 AND first_seq <= $3 AND last_seq >= $3`;
