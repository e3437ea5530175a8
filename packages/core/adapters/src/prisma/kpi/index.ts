export { KpiSpans } from "./kpi-spans.ts";
export { type KeptTotals, KpiTotalsBook } from "./kpi-totals.ts";
