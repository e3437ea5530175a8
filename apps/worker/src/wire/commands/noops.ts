import {
  assertNoopsRulesAbove,
  connectPrisma,
  NoopsDesk,
  NoopsRulesDesk,
  ruleIdsInForce,
} from "@tapline/adapters/prisma";

export { assertNoopsRulesAbove };

/** NoOps as people see it and steer it, for commands. */
export function openNoops(databaseUrl: string) {
  const prisma = connectPrisma(databaseUrl);
  return {
    desk: new NoopsDesk(prisma, Date.now),
    rules: new NoopsRulesDesk(prisma, Date.now),
    /** Ids of the alert rules in force. */
    alertRules: () => ruleIdsInForce(prisma),
    close: () => prisma.$disconnect(),
  };
}
