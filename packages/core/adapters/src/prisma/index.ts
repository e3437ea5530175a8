export { type AccountListing, AccountRecovery } from "./account-recovery.ts";
export { type ActingPerson, accountOf, actingPeople, actingPerson } from "./acting-people.ts";
export {
  type Act,
  type ActBy,
  type LeaseCheck,
  recordAct,
  recordOperation,
  type Transaction,
} from "./acts.ts";
export { actsAtSites, actsOfPeople } from "./acts-of-people.ts";
export {
  AgentDirectory,
  type AgentListing,
  type AgentState,
  type ListedAgent,
  type ListedAgents,
} from "./agent-directory.ts";
export { AgentLogDesk, type LogAsking, type LogAskings } from "./agent-log-desk.ts";
export { AgentRegistry } from "./agent-registry.ts";
export {
  ArchiveBoard,
  type ListedSegment,
  type SegmentFilter,
  type SegmentPage,
  segmentStates,
  type TargetStanding,
} from "./archive-board.ts";
export { ArchiveCopies, type ArchiveTask, type CopySource, type UnnotedCopy } from "./archive-copies.ts";
export { ArchiveExpiry, type ExpiringSegment } from "./archive-expiry.ts";
export { ArchiveHolds, type HoldListing, type NewHold } from "./archive-holds.ts";
export {
  ArchiveIndex,
  type Holding,
  type TrackerTap,
} from "./archive-index.ts";
export { ArchiveNotes } from "./archive-notes.ts";
export { type ArchiveStanding, archiveStandings } from "./archive-standing.ts";
export {
  type AskedKind,
  type AskedListing,
  type AskedOutcome,
  AskedTasks,
  type NewAsked,
  type TakenTask,
} from "./asked-tasks.ts";
export {
  AuditEntries,
  type EntryPage,
  type PlacedEntry,
} from "./audit-entries.ts";
export { AuditErasures, type ErasableState } from "./audit-erasures.ts";
export { AuditLog, type KeptNote, type LogHead, type SequenceSteps } from "./audit-log.ts";
export { auditRow } from "./audit-row.ts";
export { CachesDesk, cachedDirectories } from "./caches-desk.ts";
export { ClosedArchives } from "./closed-archives.ts";
export { connectPrisma } from "./connect.ts";
export { type DeclaredArchives, DeclaredArchivesFact, wantedOf } from "./declared-archives.ts";
export { endPushes, mayBeTold, type PushEnd } from "./end-pushes.ts";
export type { EntryFilter, PlaceRange } from "./entry-queries.ts";
export { removeExpiredSessions } from "./expired-sessions.ts";
export {
  type AuditExportFiles,
  type AuditExportSummary,
  type AuditExportWish,
  exportAudit,
} from "./export-audit.ts";
export { type Gap, type GapFilter, GapLedger, type Swept } from "./gap-ledger.ts";
export { type GapScope, gapScopes } from "./gap-queries.ts";
export { type AgentDay, GapStatements, type SignedStatement } from "./gap-statements.ts";
export type { PrismaClient } from "./generated/client.ts";
export { type Handover, HandoverDesk, type NewHandover } from "./handover-desk.ts";
export { InstallationStanding } from "./installation-standing.ts";
export { knownNames } from "./known-names.ts";
export { LoadHistory, type LoadStep } from "./load-history.ts";
export { rightsOverLog } from "./log-rights.ts";
export { type LogRow, LogRows, type RowsFrom, type RowsPage } from "./log-rows.ts";
export { peopleNames } from "./people-names.ts";
export { QuarantineDesk, type QuarantinedRow, type QuarantineFilter } from "./quarantine-desk.ts";
export { ReadBacks, type StoredObject } from "./read-backs.ts";
export { type RefusedAct, RefusedActs } from "./refused-acts.ts";
export { type ReleaseAct, ReleaseDesk, type ShiftEffect } from "./release-desk.ts";
export type { ReleaseListing, ShiftEvidence, ShiftListing } from "./release-rows.ts";
export type { Standing } from "./release-steps.ts";
export { type DrillOutcome, type DrillResult, RestoreDrills } from "./restore-drills.ts";
export { ActiveRules, RulesDesk, type RulesListing } from "./rules-desk.ts";
export {
  mostViewChangesAnHour,
  mostViewsEach,
  type NewView,
  type SavedView,
  SavedViews,
} from "./saved-views.ts";
export { type CatalogueRow, SegmentCatalogue } from "./segment-catalogue.ts";
export type { AgentTap, QuarantineRow, SegmentEnd, SegmentRow } from "./segment-end.ts";
export { type SiteDay, SiteStatements } from "./site-statements.ts";
export {
  type FoundAgentTap,
  type FoundCheckpoint,
  type FoundEntry,
  type FoundRejection,
  type FoundRun,
  type FoundSegment,
  TapFinder,
} from "./tap-finder.ts";
export { TapHolders } from "./tap-holders.ts";
export {
  type ListedTaps,
  type RunPlace,
  type SeqPlace,
  TapLists,
  type TapPage,
  type TapStanding,
} from "./tap-lists.ts";
export { TapSites } from "./tap-sites.ts";
export { TrackerDesk, type TrackerListing } from "./tracker-desk.ts";
export { type NewTracker, TrackerRegistry } from "./tracker-registry.ts";
export { Turns } from "./turns.ts";
export { WatchReadings } from "./watch-readings.ts";
