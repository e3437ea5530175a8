import {
  AlertChannelsDesk,
  AlertDeliveries,
  AlertMaintenanceDesk,
  AlertRulesDesk,
  connectPrisma,
  deliveryStates,
} from "@tapline/adapters/prisma";

export { deliveryStates };

/** How alerts reach people, for commands. */
export function openAlertChannels(databaseUrl: string) {
  const prisma = connectPrisma(databaseUrl);
  return {
    channels: new AlertChannelsDesk(prisma, Date.now),
    deliveries: new AlertDeliveries(prisma, Date.now),
    rules: new AlertRulesDesk(prisma, Date.now),
    maintenance: new AlertMaintenanceDesk(prisma, Date.now),
    close: () => prisma.$disconnect(),
  };
}
