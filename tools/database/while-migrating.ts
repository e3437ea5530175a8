import { messageOf, TaplineError } from "@tapline/core/kernel";
import pg from "pg";

/** Key of the advisory lock that lets one migrator in at a time. */
const lockKey = 72_707_369;

/** Works on the database at `url` while no other migrator does. @throws TaplineError `unavailable` where nobody lets us in */
export async function whileMigrating<Result>(
  url: string,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on("error", () => {});
  await client.connect().catch((cause) => {
    throw new TaplineError("unavailable", `PostgreSQL does not let us in: ${messageOf(cause)}`, {
      remedy:
        "check that DATABASE_URL (for migrations DATABASE_OWNER_URL, where set) names a running PostgreSQL 15 or newer, its user and its database",
      cause,
    });
  });
  try {
    await client.query("SELECT pg_advisory_lock($1)", [lockKey]);
    return await work(client);
  } finally {
    await client.end();
  }
}
