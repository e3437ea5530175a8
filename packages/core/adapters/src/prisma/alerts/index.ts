export { AlertBoard, type BoardCount, type BoardFilter, type BoardPage } from "./alert-board.ts";
export { AlertCallLog, type AlertCalls, type LongStanding } from "./alert-calls.ts";
export { AlertChannelsDesk, type ReleasedChannels } from "./alert-channels-desk.ts";
export { AlertDeliveries, type DeliveryFilter } from "./alert-deliveries.ts";
export { AlertDesk, type AlertFilter, type AlertPage, type WriteOutcome } from "./alert-desk.ts";
export { AlertDispatch, type Dispatched } from "./alert-dispatch.ts";
export { AlertHistory, type HistoryFilter } from "./alert-history.ts";
export { AlertMaintenanceDesk, type MaintenanceListing, type NewMaintenance } from "./alert-maintenance.ts";
export { AlertPreviews, type PreviewBounds, type ToldPreview } from "./alert-previews.ts";
export {
  AlertRulesDesk,
  type AlertRulesListing,
  assertAbove,
  type ReleasedAlertRules,
  ruleIdsInForce,
} from "./alert-rules-desk.ts";
export { type ChannelStanding, ChannelStandings } from "./channel-standings.ts";
export { type DeliveryListing, type DeliveryState, deliveryStates, type Recipient } from "./delivery-row.ts";
export { mostBrowsersEach, type PushListing, PushSubscriptions } from "./push-subscriptions.ts";
