import { join } from "node:path";
import { Visitor } from "@swc/core/Visitor.js";
import { cruise, type ICruiseOptions, type ICruiseResult } from "dependency-cruiser";

/** The folders that the rules are about. */
export const sourceFolders = ["packages", "apps", "tools", "bench"];

type Statement = Parameters<Visitor["visitStatement"]>[0];

/** The visitor does not know `using` declarations (ES2026): they are walked like any other declaration. */
function teachUsing(): void {
  const visitStatement = Visitor.prototype.visitStatement;
  Visitor.prototype.visitStatement = function (this: Visitor, statement: Statement): Statement {
    const { type, decls } = statement as { type: string; decls?: unknown };
    if (type !== "UsingDeclaration") return visitStatement.call(this, statement);
    const declaration = {
      ...statement,
      type: "VariableDeclaration",
      declarations: decls,
    } as unknown as Statement;
    return visitStatement.call(this, declaration);
  };
}

let isTaught = false;

/**
 * Holds the sources below `baseDir` against .dependency-cruiser.mjs. Returns one line per fault:
 * `rule: from → to (what the rule says)`.
 */
export async function findImportFaults(
  baseDir: string,
  folders: readonly string[] = sourceFolders,
): Promise<string[]> {
  if (!isTaught) teachUsing();
  isTaught = true;
  const config = await import(join(import.meta.dirname, "../../.dependency-cruiser.mjs"));
  const { forbidden, options } = config.default as { forbidden: object[]; options: ICruiseOptions };
  const { enhancedResolveOptions, ...cruiseOptions } = options;
  const { output } = await cruise(
    [...folders],
    {
      ...cruiseOptions,
      baseDir,
      validate: true,
      ruleSet: { forbidden } as ICruiseOptions["ruleSet"] & object,
    },
    enhancedResolveOptions as Parameters<typeof cruise>[2],
  );
  const { violations } = (output as ICruiseResult).summary;
  return violations.map(({ rule, from, to, cycle, comment }) => {
    const way = cycle === undefined ? to : cycle.map((step) => step.name).join(" → ");
    return `${rule.name}: ${from} → ${way}${comment === undefined ? "" : ` (${comment})`}`;
  });
}
