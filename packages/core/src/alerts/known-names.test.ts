import { expect, test } from "vitest";
import { missed, unknownNames } from "./known-names.ts";
import { rule } from "./rule.fixture.ts";

const known = { sites: ["north", "south"], agents: ["gate-1", "gate-2"] };

test("names that nothing goes by are told with their place, and what there is beside them", () => {
  const narrow = rule({
    ...{ id: "narrow", kpi: "agents.offline", per: "agent" },
    only: { site: ["north", "nroth"], agent: ["gate-1", "gate-12"] },
    routing: [{ channels: ["desk"], sites: ["sout"] }, { channels: ["desk"] }],
  });
  expect(unknownNames([narrow], known)).toEqual([
    {
      place: "rules.narrow.only.site",
      fault: "nothing is known of a site nroth (did you mean north?)",
    },
    {
      place: "rules.narrow.only.agent",
      fault: "nothing is known of an agent gate-12 (did you mean gate-1 or gate-2?)",
    },
    { place: "rules.narrow.routing", fault: "nothing is known of a site sout (did you mean south?)" },
  ]);
  const reasons = rule({
    kpi: "taps.rejected_per_minute",
    per: "reason",
    only: { reason: ["equivocatoin"] },
  });
  expect(unknownNames([reasons], known)[0]?.fault).toMatch(
    /a reason equivocatoin \(did you mean equivocation\?\)/,
  );
});

test("of many names that there are not the first few are told with what may be meant", () => {
  const nine = Array.from({ length: 9 }, (_, n) => `nort${n}`);
  const told = missed("a site", nine, known.sites);
  expect([told.length, told.filter((fault) => fault.includes("did you mean")).length]).toEqual([9, 5]);
});
