import { type IdGenerator, RandomIdGenerator } from "@opentelemetry/sdk-trace";

/** Ids of a span, in hexadecimal. */
export type SpanIds = { readonly traceId: string; readonly spanId: string };

/** Random ids, or those that the next span is to have. */
export class PresetIds implements IdGenerator {
  readonly #random = new RandomIdGenerator();
  #preset: SpanIds | null = null;

  /** Has the span that `start` starts get `ids`. */
  with<Span>(ids: SpanIds, start: () => Span): Span {
    this.#preset = ids;
    try {
      return start();
    } finally {
      this.#preset = null;
    }
  }

  generateTraceId(): string {
    return this.#preset?.traceId ?? this.#random.generateTraceId();
  }

  generateSpanId(): string {
    return this.#preset?.spanId ?? this.#random.generateSpanId();
  }
}
