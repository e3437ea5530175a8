import type { WishBoard } from "@tapline/adapters/redis";
import { answered, metricPrefix, readMetric } from "@tapline/telemetry/metrics";
import type { Registry } from "prom-client";
import type { RunningBalance } from "../roles/balance.ts";

/** What services need, for a Prometheus that an autoscaler or a person reads; and, of the process that balances, how well it foretells. */
export function balanceMetrics(
  registry: Registry,
  board: Pick<WishBoard, "latest">,
  balance: Pick<RunningBalance, "forecast"> | null,
): void {
  readMetric(registry, {
    name: `${metricPrefix}balance_wish`,
    help: "Replicas that a service needs; every worker tells the same, absent where nobody balances",
    type: "gauge",
    read: async () =>
      ((await answered(board.latest()))?.services ?? []).map(({ service, wish }) => ({
        labels: { service },
        value: wish,
      })),
  });
  if (balance === null) return;
  readMetric(registry, {
    name: `${metricPrefix}balance_forecast_trusted`,
    help: "1 while the forecast of load is good enough to raise wishes",
    type: "gauge",
    read: () => {
      const forecast = balance.forecast();
      return forecast === null ? [] : [{ labels: {}, value: forecast.isTrusted ? 1 : 0 }];
    },
  });
  readMetric(registry, {
    name: `${metricPrefix}balance_forecast_mase`,
    help: "Error of the forecast of load over the last day, as a share of what the season before would have been wrong by",
    type: "gauge",
    read: () => {
      const mase = balance.forecast()?.mase ?? null;
      return mase === null ? [] : [{ labels: {}, value: mase }];
    },
  });
}
