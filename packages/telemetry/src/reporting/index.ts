export { type ReportedParts, type Reporting, startTelemetry } from "./report-telemetry.ts";
