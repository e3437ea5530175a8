export { Delivery, type DeliveryOptions } from "./delivery.ts";
export { IngestClient, type IngestClientOptions } from "./ingest-client.ts";
