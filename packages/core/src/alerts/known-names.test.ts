import { expect, test } from "vitest";
import { missed, nearestText, unknownNames } from "./known-names.ts";
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
      fault: "nothing is known of a site nroth; there are north, south",
    },
    {
      place: "rules.narrow.only.agent",
      fault: "nothing is known of an agent gate-12; there are gate-1, gate-2",
    },
    { place: "rules.narrow.routing", fault: "nothing is known of a site sout; there are south, north" },
  ]);
  const reasons = rule({
    kpi: "taps.rejected_per_minute",
    per: "reason",
    only: { reason: ["equivocatoin"] },
  });
  expect(unknownNames([reasons], known)[0]?.fault).toMatch(/a reason equivocatoin; there are equivocation, /);
});

test("of many names those most alike are told, and how many more there are", () => {
  const many = Array.from({ length: 500 }, (_, n) => `gym-${n}`);
  expect(nearestText("gim-42", many)).toMatch(/^there are gym-42, (\S+, ){8}\S+ and 490 more$/);
  const none = missed(
    "a site",
    Array.from({ length: 9 }, (_, n) => `x${n}`),
    many,
  );
  expect([none.length, none.filter((fault) => fault.includes("there are")).length]).toEqual([9, 5]);
  expect([nearestText("x", []), nearestText("x", ["north"])]).toEqual(["there is none", "there is north"]);
});
