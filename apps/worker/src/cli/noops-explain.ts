import { printable } from "@tapline/core/kernel";
import type { Decision, EvidenceRead } from "@tapline/core/noops";
import { count } from "./count.ts";
import { peopleIn } from "./entry-line.ts";
import { knownPeople } from "./known-people.ts";
import { isoOf, withNoops } from "./noops.ts";
import { type Names, personText, withNames, wordsOf } from "./person.ts";
import { spanText } from "./span-text.ts";

/** Says why a decision is what it is. */
export async function explain(id: string, { json }: { readonly json?: boolean }): Promise<void> {
  const { decision, rule, names } = await withNoops(async ({ desk, rules, namesOf }) => {
    const decision = await desk.find(id);
    const rule = await rules.ruleOf(decision.ruleSet.version, decision.ruleId);
    return { decision, rule, names: await knownPeople(namesOf, namedIn(decision)) };
  });
  if (json === true) return void process.stdout.write(`${JSON.stringify({ decision, rule })}\n`);
  const about =
    rule === null ? [] : [`rule: ${rule.purpose}`, `  when ${rule.when}`, `  more: ${rule.runbook}`];
  process.stdout.write(`${printable([...explanationOf(decision, names), ...about].join("\n"))}\n`);
}

/** Ids of who gave their word on a decision, and words of what was said of it that may be such. */
function namedIn({ word, says, guards, error }: Decision): string[] {
  const said = [says, ...guards.map((guard) => guard.says), error ?? ""];
  return [...peopleIn(word === null ? [] : [word.by]), ...wordsOf(said)];
}

/** A decision in lines: what, on what evidence, by which guards, and what came of it. */
export function explanationOf(decision: Decision, names: Names): string[] {
  const { id, ruleId, ruleSet, target, atEpochMs, lastAtEpochMs, times, mode, state, condition } = decision;
  const again = times === 1 ? "" : `, the last of ${count(times, "time")} at ${isoOf(lastAtEpochMs)}`;
  const evidence = decision.evidence.map((read) => `  ${evidenceText(read)}`);
  const guards = decision.guards.map(
    ({ guard, passed, says }) =>
      `  ${passed ? "passed " : "REFUSED"}  ${guard}${says === "" ? "" : `: ${withNames(says, names)}`}`,
  );
  return [
    `decision ${id}: ${state}`,
    `by rule ${ruleId} of version ${ruleSet.version}, in mode ${mode}${target === "" ? "" : `, for ${target}`}`,
    `at ${isoOf(atEpochMs)}${again}`,
    `${conditionText[condition]}: ${withNames(decision.says, names)}`,
    "evidence:",
    ...(evidence.length === 0 ? ["  none was looked at"] : evidence),
    "guards:",
    ...(guards.length === 0 ? ["  none was asked"] : guards),
    ...actLines(decision, names),
  ];
}

const conditionText = {
  breached: "its condition holds",
  clear: "its condition is over",
  between: "its condition neither holds nor is over",
  held: "its evidence does not say",
} as const;

function evidenceText({ name, value, ageMs, fault }: EvidenceRead): string {
  const age = ageMs === null ? "" : `, ${spanText(Math.abs(ageMs))} old`;
  return `${name} = ${value === null ? "unknown" : String(value)}${age}${fault === null ? "" : `: ${fault}`}`;
}

function actLines(decision: Decision, names: Names): string[] {
  const { preview, state, before, after, word, fence, begunAtEpochMs, endedAtEpochMs, error } = decision;
  const { undoes, undoneBy, undoUntilEpochMs, expiresAtEpochMs } = decision;
  if (preview === null) return ["it would have done nothing, in whatever mode"];
  const isDone = begunAtEpochMs !== null;
  return [
    `${isDone ? "it did" : "it would have done"}: ${preview}`,
    ...(word === null ? [] : [`${word.is} by ${personText(word.by.id, names)} at ${isoOf(word.atEpochMs)}`]),
    ...(state === "waiting-approval" && expiresAtEpochMs !== null
      ? [`waits until ${isoOf(expiresAtEpochMs)}`]
      : []),
    ...(isDone ? [`begun at ${isoOf(begunAtEpochMs)} under lease ${fence ?? "?"}`] : []),
    ...(isDone && endedAtEpochMs !== null
      ? [`ended after ${spanText(endedAtEpochMs - begunAtEpochMs)}`]
      : []),
    ...(before === null ? [] : [`before: ${JSON.stringify(before)}`]),
    ...(after === null ? [] : [`after: ${JSON.stringify(after)}`]),
    ...(error === null ? [] : [`failed: ${withNames(error, names)}`]),
    ...(undoes === null ? [] : [`undoes decision ${undoes}`]),
    ...(undoneBy === null ? [] : [`undone by decision ${undoneBy}`]),
    ...(state !== "done" || undoneBy !== null
      ? []
      : [
          undoUntilEpochMs === null
            ? "it cannot be undone"
            : `can be undone until ${isoOf(undoUntilEpochMs)}`,
        ]),
  ];
}
