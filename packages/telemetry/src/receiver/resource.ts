import { type Resource, resourceFromAttributes } from "@opentelemetry/resources";
import { type OtlpSettings, pairsOf } from "./settings.ts";

/** Who sends, and how it is set. */
export type OtlpOptions = {
  /** Such as `tapline-worker`. */
  readonly service: string;
  /** Name of this process. */
  readonly instance: string;
  readonly version: string;
  readonly settings: OtlpSettings;
};

/** Who sends, by OpenTelemetry's semantic conventions. */
export function resourceOf({ service, instance, version, settings }: OtlpOptions): Resource {
  return resourceFromAttributes({
    ...pairsOf(settings.OTEL_RESOURCE_ATTRIBUTES),
    "service.namespace": "tapline",
    "service.name": service,
    "service.version": version,
    "service.instance.id": instance,
  });
}
