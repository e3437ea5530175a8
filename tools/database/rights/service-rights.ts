import type { meshServices } from "@tapline/core/telemetry";

/** A process of the installation that works as a role of its own. */
export type Service = (typeof meshServices)[number];

/** What a service may do with tables, by their names: privileges as GRANT takes them. What is not named it may not touch. */
type TableRights = Readonly<Record<string, string>>;

export type ServiceRights = {
  readonly tables: TableRights;
  /** Facts of the installation that it may write: whole names, or with "." at the end all that begin so. */
  readonly facts: readonly string[];
  /** Functions with the owner's rights that it may call, with their arguments. */
  readonly functions: readonly string[];
};

const read = "SELECT";
const add = "SELECT, INSERT";
const change = "SELECT, UPDATE";
const remove = "SELECT, DELETE";
const keep = "SELECT, INSERT, UPDATE";
const pass = "SELECT, INSERT, DELETE";
const all = "SELECT, INSERT, UPDATE, DELETE";

/** Who acts records it: entries are added and read, never more. */
const records = { audit_entry: add, audit_erasable: add } as const;

/** What the readings that KPIs, alerts and NoOps share are taken from. */
const readings = {
  agent: read,
  agent_report: read,
  archive_key: read,
  config_revision: read,
  installation_fact: read,
  restore_drill: read,
  segment: read,
  segment_copy: read,
  sequence_gap: read,
} as const;

/** Records a segment's end (`record_segment_end`), or that it does not count. */
const ends = {
  ...records,
  agent_run: add,
  archive_task: add,
  duplicate_run: add,
  // Its life is held while an end is recorded, which wants this right; which facts it writes is bound below.
  installation_fact: keep,
  quarantined_tap: keep,
  segment: add,
  segment_copy: add,
  segment_key: add,
  tap_run: add,
} as const;

/** Compares the archives with the index. */
const levels = { ...ends, archive_hold: read, archive_task: all } as const;

const readsLog = {
  audit_entry: read,
  audit_erasable: read,
  audit_head: read,
  audit_leaf: read,
  audit_node: read,
  audit_pending: read,
} as const;

/** Changes the ring of keys. */
const changesRing = {
  ...records,
  archive_key: keep,
  installation_fact: keep,
  segment: read,
  segment_key: read,
} as const;

/** People, how they sign in, and what is theirs: the console's alone. */
const people = {
  account: all,
  api_token: keep,
  invitation: keep,
  passkey: all,
  push_subscription: all,
  saved_view: all,
  session: all,
  shift_handover: keep,
  sign_in_try: all,
  two_factor: all,
  user: all,
  verification: all,
} as const;

const none = { tables: {}, facts: [], functions: [] } as const;

/**
 * What each service may do in PostgreSQL: what its code does, and nothing else. The role of one-machine installations and of
 * commands (`tapline_services`) is not here: `admit_services` gives it all but the audit log's past.
 * Kept true by service-rights.postgres.test.ts: a table that the schema has and this file does not know fails it.
 */
export const serviceRights: Readonly<Record<Service, ServiceRights>> = {
  ingest: {
    tables: {
      ...records,
      agent: keep,
      agent_certificate: keep,
      agent_day: keep,
      agent_report: keep,
      agent_token: change,
      config_revision: read,
      gap_statement: read,
      installation_fact: keep,
      rollout: read,
    },
    facts: ["agents.mark", "fleet.mark"],
    functions: [],
  },
  buffer: { tables: levels, facts: ["buffer.generation", "index.whole"], functions: [] },
  validation: {
    tables: {
      ...records,
      agent_run: read,
      installation_fact: add,
      segment: read,
      tap_run: read,
      tracker: read,
      validation_release: add,
    },
    facts: ["rules.active"],
    functions: [],
  },
  encryption: {
    tables: { ...records, archive_key: add, installation_fact: keep },
    facts: ["keys.mark"],
    functions: [],
  },
  transfer: {
    tables: {
      ...readsLog,
      ...ends,
      agent: read,
      archive_key: read,
      archive_target: keep,
      archive_task: all,
      asked_task: change,
      segment_copy: keep,
      tracker: read,
      validation_release: read,
    },
    facts: ["archives.declared", "turn.parts."],
    functions: [],
  },
  audit: {
    tables: {
      ...readsLog,
      ...levels,
      ...changesRing,
      agent: read,
      agent_day: keep,
      agent_mark: keep,
      agent_report: read,
      audit_head:
        "SELECT, INSERT (origin), UPDATE (size, note, noted_at, cosigned_size, cosigned_note, cosigned_at, archived_size, archived_note, archived_at)",
      gap_statement: keep,
      restore_drill: add,
      segment: add,
      segment_copy: keep,
      segment_key: add,
      sequence_gap: pass,
      site_statement: keep,
    },
    facts: [
      ...["ending.", "gap.", "keys.endings", "keys.mark", "reconcile.cursor", "restore.every_ms"],
      ...["turn.audit-archive", "turn.key-rotation", "turn.reconcile", "turn.restore-drill"],
    ],
    functions: ["sequence_entries(int)"],
  },
  kpi: {
    tables: { ...readings, installation_fact: keep, kpi_span: pass },
    facts: ["kpi."],
    functions: [],
  },
  alerts: {
    tables: {
      ...readings,
      ...records,
      alert: keep,
      alert_call: all,
      alert_channel_release: read,
      alert_delivery: all,
      alert_escalation: all,
      alert_maintenance: read,
      alert_push_pace: keep,
      alert_rule_release: add,
      alert_untold: pass,
      installation_fact: keep,
      kpi_span: read,
      push_subscription: remove,
      // Whose browsers may be told; neither names nor how people sign in.
      user: "SELECT (id, email, role, banned)",
    },
    facts: ["web-push.key"],
    functions: [],
  },
  telemetry: none,
  balance: { ...none, tables: { kpi_span: read } },
  noops: {
    tables: {
      ...readings,
      ...changesRing,
      // Whether what a flush would forget has its end.
      agent_run: read,
      alert: read,
      alert_rule_release: add,
      duplicate_run: read,
      key_request: pass,
      noops_decision: all,
      noops_lease: keep,
      noops_rule_set: add,
      noops_switch: read,
      quarantined_tap: read,
      release_shift: keep,
      service_release: read,
      // Whether who asks for a rotation is an admin's account.
      user: "SELECT (id, role, banned)",
      validation_release: add,
    },
    facts: [
      ...["agents.mark", "archives.closed", "buffer.generation", "fleet.mark", "keys.mark", "releases.fixed"],
      ...["rules.active", "trackers.mark"],
    ],
    functions: [],
  },
  web: {
    tables: {
      ...readings,
      ...readsLog,
      ...changesRing,
      ...people,
      agent: keep,
      agent_certificate: change,
      agent_mark: read,
      agent_report: change,
      agent_run: read,
      agent_token: keep,
      alert: keep,
      alert_channel_release: add,
      alert_delivery: keep,
      alert_escalation: change,
      alert_maintenance: keep,
      alert_rule_release: add,
      alert_untold: "INSERT",
      archive_hold: keep,
      archive_target: read,
      archive_task: read,
      asked_task: keep,
      config_revision: add,
      duplicate_run: read,
      gap_statement: read,
      key_request: all,
      kpi_span: read,
      noops_decision: keep,
      noops_lease: read,
      noops_rule_set: add,
      noops_switch: keep,
      quarantined_tap: read,
      release_shift: keep,
      rollout: keep,
      service_release: add,
      tap_run: read,
      tracker: keep,
      validation_release: read,
    },
    facts: ["agents.mark", "fleet.mark", "keys.mark", "keys.two-persons", "rules.active", "trackers.mark"],
    functions: [],
  },
};
