import { messageOf } from "@tapline/core/kernel";
import { edges, meshServices } from "@tapline/core/telemetry";
import { queryPrometheus } from "../../collector/query-prometheus.ts";
import { type Finding, fault, judged, unknown } from "./finding.ts";

/** One way on which there was traffic, as Istio's proxies at the callee counted it. */
export type Traffic = Readonly<{
  caller: string;
  callee: string;
  /** `mutual_tls`, or `none`, or `unknown` where the proxy cannot tell. */
  security: string;
  /** Requests or connections within the last ten minutes. */
  number: number;
}>;

const labels = "source_workload, destination_service_name, connection_security_policy";
const window = "10m";
const names = ["istio_requests_total", "istio_tcp_connections_opened_total"];

/** @throws TaplineError `unavailable` where Prometheus does not answer as it should */
async function readTraffic(prometheus: string, namespace: string): Promise<Traffic[]> {
  const found = names.map(async (name) => {
    const meter = `${name}{reporter="destination",destination_service_namespace="${namespace}"}`;
    return await queryPrometheus(prometheus, `sum by (${labels}) (increase(${meter}[${window}]))`);
  });
  return (await Promise.all(found)).flat().flatMap(({ labels: of, value: number }) =>
    number > 0
      ? {
          caller: of.source_workload ?? "unknown",
          callee: of.destination_service_name ?? "unknown",
          security: of.connection_security_policy ?? "unknown",
          number,
        }
      : [],
  );
}

/** What the proxies saw, beside what the objects say: whether calls were under mTLS, and came on ways that the table knows. */
export async function judgeTraffic(
  prometheus: string | undefined,
  namespace: string,
): Promise<readonly Finding[]> {
  const check = "traffic";
  if (prometheus === undefined)
    return [unknown(check, "no proxy was asked what it saw", "--prometheus, or PROMETHEUS_URL")];
  let traffic: readonly Traffic[];
  try {
    traffic = await readTraffic(prometheus, namespace);
  } catch (error) {
    return [unknown(check, messageOf(error), `see that ${prometheus} is reached`)];
  }
  if (traffic.length === 0)
    return [
      unknown(
        check,
        "no proxy has told Prometheus of any call",
        "see that it scrapes port 15020 of the pods",
      ),
    ];
  return judged(check, trafficFaults(traffic), `${traffic.length} ways were used, all under mTLS and known`);
}

export function trafficFaults(traffic: readonly Traffic[]): Finding[] {
  return traffic.flatMap(({ caller, callee, security, number }) => {
    const service = serviceOfName(callee);
    if (service === null) return [];
    const known = edges.filter(({ to }) => to === service);
    const isProgram = known.some(({ cipheredBy }) => cipheredBy === "programs");
    const bare =
      security === "none" && !isProgram
        ? [
            fault(
              "traffic",
              `${caller} called ${callee} ${Math.ceil(number)} times without mTLS`,
              "see mTLS and proxies above",
            ),
          ]
        : [];
    const from = serviceOfName(caller);
    const stray =
      from !== null && !known.some((edge) => edge.from === from)
        ? [
            fault(
              "traffic",
              `${caller} called ${callee}, a way that no edge knows`,
              "find out who it was: its access log",
            ),
          ]
        : [];
    return [...bare, ...stray];
  });
}

/** `ingest-green` and `ingest` are both `ingest`; null for who is none of the services. */
function serviceOfName(name: string): string | null {
  return meshServices.find((service) => name.replace(/-(?:blue|green)$/, "") === service) ?? null;
}
