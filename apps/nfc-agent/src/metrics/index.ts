export { AgentMetrics } from "./agent-metrics.ts";
