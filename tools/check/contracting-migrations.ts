/** What a migration takes away from the release before it. */
export type Contraction = { readonly migration: string; readonly statement: string; readonly why: string };

/**
 * Migrations up to this one were made before releases ran side by side; each release moves it on to its own last one
 * (docs/releases.md).
 */
export const baseline = "20261129223500_asked_tasks";

const ways: readonly (readonly [form: RegExp, why: string])[] = [
  [/^DROP (TABLE|VIEW|MATERIALIZED VIEW|TYPE|SEQUENCE|SCHEMA)\b/i, "what it drops may be in use"],
  [/^DROP (FUNCTION|PROCEDURE)\b/i, "the function may be called"],
  [/^ALTER TABLE\b.*\bDROP COLUMN\b/is, "the column may be read"],
  [/^ALTER TABLE\b.*\bRENAME\b/is, "the old name may be in use"],
  [/^ALTER (VIEW|TYPE|FUNCTION|SEQUENCE)\b.*\bRENAME\b/is, "the old name may be in use"],
  [/^ALTER TABLE\b.*\bALTER COLUMN\b.*\b(SET DATA )?TYPE\b/is, "values of the old type may be written"],
  [/^ALTER TABLE\b.*\bSET NOT NULL\b/is, "rows without it may be written"],
  [/^ALTER TABLE\b.*\bDROP DEFAULT\b/is, "rows without it may be written"],
  [/^ALTER TABLE\b.*\bADD COLUMN\b(?![^,]*\bDEFAULT\b)[^,]*\bNOT NULL\b/is, "rows without it may be written"],
];

/** Such as "-- Contract: unused since 0.3.0"; "kept" of what is demanded anew and releases keep from there on anyway. */
const mark = /^--\s*Contract: (unused|kept) since \d+\.\d+\.\d+\s*$/im;

/** Statements of `sql` that somebody has marked so. */
export function markedIn(sql: string): string[] {
  return statementsOf(sql).flatMap(({ comment, text }) => (mark.test(comment) ? [text] : []));
}

/** Statements of `sql` by which the release before may break, and that nobody has marked as used by no release any more. */
export function contractionsIn(migration: string, sql: string): Contraction[] {
  return statementsOf(sql).flatMap(({ comment, text }) => {
    const [, why] = ways.find(([form]) => form.test(text)) ?? [];
    return why === undefined || mark.test(comment)
      ? []
      : [{ migration, statement: text.split("\n")[0] ?? "", why }];
  });
}

/** Statements with the comment before each; bodies of functions are left out. */
function statementsOf(sql: string): { readonly comment: string; readonly text: string }[] {
  const outer = sql.replaceAll(/\$(\w*)\$[\s\S]*?\$\1\$/g, "''");
  return outer.split(";").map((part) => {
    const lines = part.trim().split("\n");
    const isComment = (line: string): boolean => line.trimStart().startsWith("--");
    return {
      comment: lines.filter(isComment).join("\n"),
      text: lines
        .filter((line) => !isComment(line))
        .join("\n")
        .trim(),
    };
  });
}
