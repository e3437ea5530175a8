import type { IncomingMessage, ServerResponse } from "node:http";
import { context, ROOT_CONTEXT, SpanKind, trace } from "@opentelemetry/api";
import { below, consoleSpan, isTracing, recorded, tracer } from "@tapline/telemetry/tracing";

/** Answers a request within a span, below the caller's where the request names one; it ends with the answer. */
export function traced(request: IncomingMessage, response: ServerResponse, answer: () => void): void {
  if (!isTracing()) {
    answer();
    return;
  }
  const parent = recorded(request.headers.traceparent);
  const attributes = { "http.request.method": request.method ?? "" };
  const span = tracer().startSpan(consoleSpan, { kind: SpanKind.SERVER, attributes }, below(parent));
  response.once("close", () => {
    span.setAttribute("http.response.status_code", response.statusCode);
    span.end();
  });
  context.with(trace.setSpan(ROOT_CONTEXT, span), answer);
}
