export {
  type ActContext,
  type ActRefusal,
  type AlertAct,
  actRefusals,
  applyAct,
  maxShelfMs,
} from "./acts.ts";
export {
  type Alert,
  type AlertState,
  alertSchema,
  alertStates,
  isHeld,
  isOpen,
  type ShelfMode,
  shelfModes,
  type TransitionKind,
  transitionKinds,
} from "./alert.ts";
export { AlertBook, type AlertWrite } from "./alert-book.ts";
export { type LinkClaim, linkLifeMs, linkToken, readLinkToken } from "./channels/acknowledge-link.ts";
export {
  type Channel,
  channelKinds,
  type EmailChannel,
  type MailServer,
  pushKeySecret,
  type SecretRef,
  type WebhookChannel,
  type WebPushChannel,
} from "./channels/channel.ts";
export { channelWay } from "./channels/channel-way.ts";
export { type DeliveryPlace, deliveryKey, partKey } from "./channels/delivery-key.ts";
export { type DeliveryLane, deliveryLanes, laneConcurrency } from "./channels/delivery-lane.ts";
export {
  type AlertChannels,
  alertChannelsFormat,
  channelsBehind,
  noChannels,
  parseAlertChannels,
} from "./channels/document.ts";
export { type MailForm, mailForm } from "./channels/mail-form.ts";
export { heldUntil, type Maintenance, maintenanceSchema, maxMaintenanceMs } from "./channels/maintenance.ts";
export {
  type AlertNotice,
  alertNoticeSchema,
  type NoticeKind,
  type NoticeLinks,
  runbookSection,
} from "./channels/notice.ts";
export {
  type Call,
  type DeliveryPlan,
  idleChannels,
  noticeOf,
  planDeliveries,
  routeNames,
  routingFaults,
  type Telling,
  unknownRoutes,
} from "./channels/plan.ts";
export { type Policy, type PolicyStep, policyStep } from "./channels/policy.ts";
export { sealPush } from "./channels/push-encryption.ts";
export { pushForm, pushHeaders } from "./channels/push-form.ts";
export {
  nextPush,
  type PushTurn,
  pushesEachMinute,
  type TogetherCount,
  togetherNotice,
} from "./channels/push-pace.ts";
export { type PushSubscription, pushSubscriptionSchema } from "./channels/push-subscription.ts";
export { type DeliveryOutcome, giveUpAfterMs, retryDelivery } from "./channels/retry.ts";
export { onDuty, type Schedule, weekdays } from "./channels/schedule.ts";
export { openVapidKey, type VapidKey, vapidHeader } from "./channels/vapid.ts";
export { webhookForm } from "./channels/webhook-form.ts";
export { signWebhook } from "./channels/webhook-signature.ts";
export { type Condition, type ConditionKind, type ConditionOf, conditionSchema } from "./condition.ts";
export { defaultAlertRules } from "./default-rules.ts";
export { type EngineOptions, type RefusedScope, RuleEngine } from "./evaluator.ts";
export { eventOf, figureText } from "./event-of.ts";
export { type ActiveAlert, FloodControl } from "./flood.ts";
export {
  type AlertHealth,
  alertHealth,
  type Counted,
  callingKinds,
  type HealthAsk,
  type HealthTransition,
  healthTargets,
  type StandingAlert,
} from "./health.ts";
export { type KnownNames, missed, unknownNames } from "./known-names.ts";
export {
  type AlertEvent,
  applyEvent,
  type EventContext,
  openAlert,
  type Raise,
  shelfIsOver,
} from "./life-cycle.ts";
export { lintRules, type RuleFault } from "./lint.ts";
export { type AlertNews, alertNewsSchema, mostAlertsPerNews } from "./live.ts";
export {
  type MessageFacts,
  messageOfAlert,
  unknownPlaceholders,
} from "./message.ts";
export { nearestText } from "./nearest.ts";
export { alertOfSite, newsBySite, ruleOfSites } from "./of-site.ts";
export {
  maxPreviewMs,
  type Preview,
  type PreviewedScope,
  type PreviewOptions,
  previewResolutionMs,
  RulePreview,
  type Unjudged,
} from "./preview.ts";
export { alertTestsFormat, alertTestsSchema, runAlertTest } from "./recorded-test.ts";
export {
  type AlertRuleReleaseId,
  parseAlertRules,
  placeInRules,
  readAlertRules,
  releaseIdOf,
} from "./release.ts";
export {
  type AlertRule,
  type AlertRules,
  alertRuleSchema,
  alertRulesFormat,
  alertRulesSchema,
  cardSchema,
  dimensionsOf,
  type RationalisationCard,
  type Severity,
  severities,
} from "./rule.ts";
export { assertRouted, changesById, ruleChanges } from "./rule-changes.ts";
export type { AlertKey, AlertSignal, AmongOthers, Cleared, Evaluated, Raised } from "./signal.ts";
export { parseUnrecorded, type ToldEvent, unrecordedText } from "./told-event.ts";
export { type AlertStep, type AlertTransition, entryOf } from "./transition.ts";
