import { parse } from "@bufbuild/cel";

export type Expr = ReturnType<typeof parse>["expr"];
/** An expression that differs from another in one place. */
type Mutant = { readonly what: string; readonly expr: Expr };

const neighbours: Readonly<Record<string, readonly string[]>> = {
  "_>=_": ["_>_"],
  "_<=_": ["_<_"],
  "_>_": ["_>=_"],
  "_<_": ["_<=_"],
  "_==_": ["_!=_"],
  "_!=_": ["_==_"],
};
const joints: ReadonlySet<string> = new Set(["_&&_", "_||_"]);

/** What a loop carries along stands for `all` and `exists`, which nobody has written as a joint. */
const isCarried = (expr: Expr | undefined): boolean =>
  expr?.exprKind.case === "identExpr" && expr.exprKind.value.name === "@result";

/** A span of time one millisecond less and more, any other text one letter more. */
function besides(was: string): string[] {
  const [, figure, unit] = /^(\d+)(ms|s)$/.exec(was) ?? [];
  if (figure === undefined) return [`${was}~`];
  const milliseconds = Number(figure) * (unit === "s" ? 1_000 : 1);
  return [-1, 1].map((by) => `${milliseconds + by}ms`);
}

const text = (value: string): Expr["exprKind"] => {
  const { expr } = parse(JSON.stringify(value));
  return expr.exprKind;
};

/** What may stand in the place of an expression. */
function inPlaceOf(expr: Expr): Expr["exprKind"][] {
  const { exprKind } = expr;
  if (exprKind.case === "constExpr") {
    const { constantKind } = exprKind.value;
    if (constantKind.case === "stringValue") return besides(constantKind.value).map(text);
    if (constantKind.case !== "int64Value") return [];
    return [-1n, 1n].map((by) => {
      const copy = structuredClone(exprKind);
      copy.value.constantKind = { case: "int64Value", value: constantKind.value + by };
      return copy;
    });
  }
  if (exprKind.case === "listExpr")
    return exprKind.value.elements.map((_, left) => {
      const copy = structuredClone(exprKind);
      copy.value.elements.splice(left, 1);
      return copy;
    });
  if (exprKind.case !== "callExpr") return [];
  const { function: called, args } = exprKind.value;
  if (joints.has(called)) return args.some(isCarried) ? [] : args.map((arg) => arg.exprKind);
  if (called === "_?_:_") return args.slice(1).map((arg) => arg.exprKind);
  if (called === "!_") return args.map((arg) => arg.exprKind);
  return (neighbours[called] ?? []).map((other) => {
    const copy = structuredClone(exprKind);
    copy.value.function = other;
    return copy;
  });
}

/** The expressions that one consists of, itself among them. Of a list each item is tried as a whole, by leaving it out. */
function partsOf(expr: Expr): Expr[] {
  const { exprKind } = expr;
  const within = (): (Expr | undefined)[] => {
    switch (exprKind.case) {
      case "callExpr":
        return [exprKind.value.target, ...exprKind.value.args];
      case "selectExpr":
        return [exprKind.value.operand];
      case "comprehensionExpr":
        return [exprKind.value.iterRange, exprKind.value.loopStep];
      default:
        return [];
    }
  };
  return [expr, ...within().flatMap((part) => (part === undefined ? [] : partsOf(part as Expr)))];
}

/** For whoever reads which change nobody saw: calls as functions, loops by what they go over. */
function textOf({ exprKind }: Expr): string {
  switch (exprKind.case) {
    case "identExpr":
      return exprKind.value.name;
    case "constExpr":
      return String(exprKind.value.constantKind.value);
    case "selectExpr":
      return `${textOf(exprKind.value.operand as Expr)}.${exprKind.value.field}`;
    case "listExpr":
      return `[${exprKind.value.elements.map((one) => textOf(one as Expr)).join(", ")}]`;
    case "comprehensionExpr":
      return `each ${exprKind.value.iterVar} of ${textOf(exprKind.value.iterRange as Expr)}: ${textOf(exprKind.value.loopStep as Expr)}`;
    case "callExpr": {
      const { function: called, target, args } = exprKind.value;
      return `${called}(${[target, ...args].flatMap((one) => (one === undefined ? [] : textOf(one as Expr))).join(", ")})`;
    }
    default:
      return "?";
  }
}

/**
 * An expression with each conjunct and disjunct left out, each comparison at its edge and the other way round, each number and
 * span of time one less and more, each other text another, each item of a list left out, each negation gone; one change at a time.
 */
export function mutantsOf(expr: Expr): Mutant[] {
  return partsOf(expr).flatMap((part, place) =>
    inPlaceOf(part).map((exprKind): Mutant => {
      const copy = structuredClone(expr);
      const changed = partsOf(copy)[place];
      if (changed === undefined) throw new Error("a copy has other parts");
      const was = textOf(part);
      changed.exprKind = structuredClone(exprKind);
      return { what: `${was} => ${textOf(changed)}`, expr: copy };
    }),
  );
}
