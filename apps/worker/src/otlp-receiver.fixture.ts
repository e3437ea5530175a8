import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";

/** A span as it came in OTLP/HTTP JSON, with its process. */
export type ReceivedSpan = {
  readonly service: string;
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  /** "" for a root. */
  readonly parentSpanId: string;
  readonly kind: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly startMs: number;
  readonly endMs: number;
};

/** The most that a process of a service has counted; of a histogram, how often. */
export type ReceivedMetrics = Map<string, number>;

type OtlpValue = { stringValue?: string; intValue?: number; doubleValue?: number; boolValue?: boolean };
type OtlpAttributes = readonly { key: string; value: OtlpValue }[];
type OtlpSpan = {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes?: OtlpAttributes;
  links?: { traceId: string; spanId: string }[];
};
type OtlpRequest = {
  resourceSpans: {
    resource: { attributes: OtlpAttributes };
    scopeSpans: { spans: OtlpSpan[] }[];
  }[];
};

type OtlpMetric = {
  name: string;
  sum?: { dataPoints: { asDouble: number }[] };
  histogram?: { dataPoints: { count: number | string }[] };
};
type OtlpMetrics = {
  resourceMetrics: {
    resource: { attributes: OtlpAttributes };
    scopeMetrics: { metrics: OtlpMetric[] }[];
  }[];
};
type OtlpLogs = {
  resourceLogs: {
    resource: { attributes: OtlpAttributes };
    scopeLogs: { logRecords: { body: OtlpValue; severityText: string }[] }[];
  }[];
};

/** An OTLP/HTTP receiver on loopback that keeps all spans, the last metrics, and what lines of logs say. */
export async function otlpReceiver() {
  const spans: ReceivedSpan[] = [];
  const metrics: ReceivedMetrics = new Map();
  const lines: string[] = [];
  const takers: Record<string, (body: string) => void> = {
    "/v1/traces": (body) => spans.push(...spansOf(JSON.parse(body))),
    "/v1/metrics": (body) => {
      for (const [name, value] of metricsOf(JSON.parse(body)))
        metrics.set(name, Math.max(value, metrics.get(name) ?? 0));
    },
    "/v1/logs": (body) => lines.push(...linesOf(JSON.parse(body))),
  };
  const bodies: string[] = [];
  const headers: NodeJS.Dict<string | string[]>[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const raw = Buffer.concat(chunks);
    const body = (request.headers["content-encoding"] === "gzip" ? gunzipSync(raw) : raw).toString("utf8");
    headers.push(request.headers);
    const take = takers[request.url ?? ""];
    if (take === undefined) return void response.writeHead(404).end();
    bodies.push(body);
    take(body);
    response.writeHead(200, { "content-type": "application/json" }).end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    spans,
    /** By `service metric`. */
    metrics,
    /** As `service severity: text`. */
    lines,
    bodies,
    headers,
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function spansOf({ resourceSpans }: OtlpRequest): ReceivedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = serviceOf(resource);
    return scopeSpans.flatMap(({ spans }) => spans.map((span) => spanOf(service, span)));
  });
}

function spanOf(service: string, span: OtlpSpan): ReceivedSpan {
  const { name, traceId, spanId, parentSpanId = "", kind, attributes = [], links = [] } = span;
  return {
    ...{ service, name, traceId, spanId, parentSpanId, kind, links },
    attributes: valuesOf(attributes),
    startMs: Number(span.startTimeUnixNano) / 1e6,
    endMs: Number(span.endTimeUnixNano) / 1e6,
  };
}

function metricsOf({ resourceMetrics }: OtlpMetrics): [string, number][] {
  return resourceMetrics.flatMap(({ resource, scopeMetrics }) => {
    const service = serviceOf(resource);
    return scopeMetrics.flatMap(({ metrics }) =>
      metrics.flatMap(({ name, sum, histogram }): [string, number][] => {
        const values = [
          ...(sum?.dataPoints ?? []).map(({ asDouble }) => asDouble),
          ...(histogram?.dataPoints ?? []).map(({ count }) => Number(count)),
        ];
        return values.length === 0
          ? []
          : [[`${service} ${name}`, values.reduce((all, value) => all + value, 0)]];
      }),
    );
  });
}

function linesOf({ resourceLogs }: OtlpLogs): string[] {
  return resourceLogs.flatMap(({ resource, scopeLogs }) =>
    scopeLogs.flatMap(({ logRecords }) =>
      logRecords.map(
        ({ body, severityText }) => `${serviceOf(resource)} ${severityText}: ${body.stringValue}`,
      ),
    ),
  );
}

const serviceOf = ({ attributes }: { attributes: OtlpAttributes }): string =>
  String(valuesOf(attributes)["service.name"]);

function valuesOf(attributes: OtlpAttributes): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
