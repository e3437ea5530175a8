import { connectPrisma, peopleNames } from "@tapline/adapters/prisma";
import {
  AlertChannelsDesk,
  AlertDeliveries,
  AlertMaintenanceDesk,
  AlertRulesDesk,
  type DeliveryListing,
  deliveryStates,
  PushSubscriptions,
} from "@tapline/adapters/prisma/alerts";

export { type DeliveryListing, deliveryStates };

/** How alerts reach people, for commands. */
export function openAlertChannels(databaseUrl: string) {
  const prisma = connectPrisma(databaseUrl);
  return {
    channels: new AlertChannelsDesk(prisma, Date.now),
    deliveries: new AlertDeliveries(prisma, Date.now),
    browsers: new PushSubscriptions(prisma, Date.now),
    rules: new AlertRulesDesk(prisma, Date.now),
    maintenance: new AlertMaintenanceDesk(prisma, Date.now),
    /** Of people, by their ids. */
    namesOf: (ids: Iterable<string>) => peopleNames(prisma, ids),
    close: () => prisma.$disconnect(),
  };
}
