import { connectPrisma, peopleNames } from "@tapline/adapters/prisma";
import { ruleIdsInForce } from "@tapline/adapters/prisma/alerts";
import {
  assertNoopsRulesAbove,
  NoopsDesk,
  NoopsRulesDesk,
  type ReleasedNoopsRules,
} from "@tapline/adapters/prisma/noops";

export { assertNoopsRulesAbove, type ReleasedNoopsRules };

/** NoOps as people see it and steer it, for commands. */
export function openNoops(databaseUrl: string) {
  const prisma = connectPrisma(databaseUrl);
  return {
    desk: new NoopsDesk(prisma, Date.now),
    rules: new NoopsRulesDesk(prisma, Date.now),
    /** Ids of the alert rules in force. */
    alertRules: () => ruleIdsInForce(prisma),
    /** Of people, by their ids. */
    namesOf: (ids: Iterable<string>) => peopleNames(prisma, ids),
    close: () => prisma.$disconnect(),
  };
}
