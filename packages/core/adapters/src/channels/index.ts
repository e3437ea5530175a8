export { Courier, type CourierParts, type Parcel } from "./courier.ts";
export { PushKey } from "./push-key.ts";
export { PushSender, pushTimeoutMs } from "./push-sender.ts";
export { SecretFolder } from "./secret-folder.ts";
export { WebhookSender } from "./webhook-sender.ts";
