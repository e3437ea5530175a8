import { type Alert, alertSchema } from "@tapline/core/alerts";
import pg from "pg";

/** An alert, and the actions of the audit entries that tell its life. */
export type RecordedAlert = { readonly alert: Alert; readonly actions: readonly string[] };

/** How many alerts of a flood's rules there are, and how far all is told. */
export type Standing = {
  readonly active: number;
  readonly suppressed: number;
  /** Revisions of alerts of which those beside the console are yet to be told. */
  readonly untold: number;
  /** Audit entries without a place in the log. */
  readonly unplaced: number;
};

const rules = "rule_id LIKE 'flood-%'";

const standingSql = `
  SELECT count(*) FILTER (WHERE (body ->> 'active')::boolean)::int AS active,
         count(*) FILTER (WHERE state = 'suppressed')::int AS suppressed,
         (SELECT count(*)::int FROM alert_untold) AS untold,
         (SELECT count(*)::int FROM audit_pending) AS unplaced
  FROM alert WHERE ${rules}`;

const alertsSql = `
  SELECT body, (SELECT array_agg(action ORDER BY recorded_at, id) FROM audit_entry WHERE subject = 'alert/' || alert.id) AS actions
  FROM alert WHERE ${rules}`;

/** What stands recorded of a flood, read past all that serves it. */
export class FloodRecord {
  readonly #client: pg.Client;

  private constructor(client: pg.Client) {
    this.#client = client;
  }

  static async open(databaseUrl: string): Promise<FloodRecord> {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    return new FloodRecord(client);
  }

  async standing(): Promise<Standing> {
    const { rows } = await this.#client.query<Standing>(standingSql);
    return rows[0] ?? { active: 0, suppressed: 0, untold: 0, unplaced: 0 };
  }

  async alerts(): Promise<RecordedAlert[]> {
    const { rows } = await this.#client.query<{ body: unknown; actions: string[] | null }>(alertsSql);
    return rows.map(({ body, actions }) => ({ alert: alertSchema.parse(body), actions: actions ?? [] }));
  }

  async close(): Promise<void> {
    await this.#client.end();
  }
}
