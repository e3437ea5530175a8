import { parse } from "@bufbuild/cel";

type Expr = NonNullable<ReturnType<typeof parse>["expr"]>;

/** What an expression names: a function, of what (null: not a text, as `target`), and the field of it. */
export type Named = { readonly called: string; readonly of: string | null; readonly field: string | null };

export type NamedEvidence = {
  readonly calls: readonly Named[];
  /** Variables. */
  readonly variables: readonly string[];
  /** Whether it goes through lists, as `all` and `map` do. */
  readonly loops: boolean;
};

/** One list within another takes as long as one likes, and meanwhile its process does nothing else. */
export const whyNoLoops =
  "it goes through a list (all, exists, map, filter), which rules may not: name each thing";

/** Everything that an expression names. @throws Error of CEL where the text is none */
export function namedEvidence(text: string): NamedEvidence {
  const [calls, variables]: [Named[], string[]] = [[], []];
  let loops = false;
  const walk = (expr: Expr | undefined, field: string | null): void => {
    const { exprKind } = expr ?? {};
    switch (exprKind?.case) {
      case "identExpr":
        variables.push(exprKind.value.name);
        break;
      case "selectExpr":
        walk(exprKind.value.operand, exprKind.value.field);
        break;
      case "callExpr": {
        const { function: called, args, target } = exprKind.value;
        if (target === undefined && /^[a-z]/.test(called)) calls.push({ called, of: textOf(args[0]), field });
        for (const part of [target, ...args]) walk(part, null);
        break;
      }
      case "listExpr":
        for (const part of exprKind.value.elements) walk(part, null);
        break;
      case "structExpr":
        for (const { value } of exprKind.value.entries) walk(value, null);
        break;
      case "comprehensionExpr":
        loops = true;
        for (const part of ["iterRange", "accuInit", "loopCondition", "loopStep", "result"] as const)
          walk(exprKind.value[part], null);
        break;
      default:
    }
  };
  walk(parse(text).expr, null);
  return { calls, variables, loops };
}

function textOf(expr: Expr | undefined): string | null {
  const constant = expr?.exprKind.case === "constExpr" ? expr.exprKind.value.constantKind : null;
  return constant?.case === "stringValue" ? constant.value : null;
}

/** Texts of `when` and `clearWhen`. */
const textsOf = ({ when, clearWhen = "true" }: Asking): string[] => [when, clearWhen];

type Asking = { readonly when: string; readonly clearWhen?: string };

/** Time zones by whose clocks rules go. */
export function clocksNamed(rules: readonly Asking[]): string[] {
  const calls = rules.flatMap(textsOf).flatMap((text) => namedEvidence(text).calls);
  return [...new Set(calls.flatMap(({ called, of }) => (called === "clock" && of !== null ? [of] : [])))];
}

/** What kinds of things rules ask for: `kpi`, `service` and so on; also those that their acts go by. */
export function subjectsNamed(
  rules: readonly (Asking & { readonly act: { readonly kind: string } })[],
): Set<string> {
  return new Set(
    rules.flatMap(({ act, ...asking }) => [
      ...textsOf(asking).flatMap((text) => namedEvidence(text).calls.map(({ called }) => called)),
      ...(act.kind === "scale" ? ["wish"] : []),
      ...(act.kind === "target" ? ["archive"] : []),
    ]),
  );
}
