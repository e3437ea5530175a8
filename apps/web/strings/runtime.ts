import { language } from "./locale.ts";

const rules = new Intl.PluralRules(language);

/** Whole numbers, in groups of digits, as all figures of the console. */
export const grouped = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });

type Forms = Readonly<Record<string, string> & { other: string }>;

/** The form that a number wants: an exact one such as `=0`, or the language's own for it. Called by the generated messages. */
export function plural(count: number, forms: Forms): string {
  return forms[`=${count}`] ?? forms[rules.select(count)] ?? forms.other;
}

/** The form for a case by its name. Called by the generated messages. */
export function select(which: string, forms: Forms): string {
  return forms[which] ?? forms.other;
}
