export { AddressGuard } from "./address-guard.ts";
export { Courier, type Parcel } from "./courier.ts";
export { SecretFolder } from "./secret-folder.ts";
export { WebhookSender } from "./webhook-sender.ts";
