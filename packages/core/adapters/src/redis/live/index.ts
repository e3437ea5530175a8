export { AlertStreams, type HeardNews } from "./alert-streams.ts";
export { KpiStreams } from "./kpi-streams.ts";
