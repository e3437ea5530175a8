import * as strings from "../strings/generated/contracts/password-strength.ts";

/** Fewest characters of a password (NIST SP 800-63B-4 §3.1.1 asks 15 where it stands alone). */
export const minPasswordLength = 15;
/** Most of them: what is longer only costs time. */
export const maxPasswordLength = 128;

/** So much must be left of a password once what is guessed first counts as one character each. */
const leastLeft = 10;

/** What people begin a password with, by lists that guessers have; each counts as one character. */
const common = (
  "password passwort passphrase welcome willkommen letmein monkey dragon master admin administrator operator " +
  "viewer login secret geheim sommer summer winter spring autumn monday friday january december hello hallo " +
  "iloveyou football baseball princess sunshine shadow superman trustno changeme default tracker fitness tapline"
).split(" ");

/** Rows in which fingers and heads run on. */
const rows = [
  "abcdefghijklmnopqrstuvwxyz",
  "01234567890",
  "qwertyuiop",
  "qwertzuiop",
  "asdfghjkl",
  "zxcvbnm",
  "yxcvbnm",
].flatMap((row) => [row, [...row].reverse().join("")]);
const leastOfRow = 4;

const lookAlikes: Readonly<Record<string, string>> = {
  ...{ "0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", $: "s", "!": "i" },
};

/**
 * Why a password would be guessed, as a sentence for whoever chooses it; null where nothing speaks against it. Without a list of
 * passwords that others have lost: what counts is how much is left beside names, common words, repetitions and rows of keys.
 * @param known what others know of the person: address, name, site
 */
export function weaknessOf(password: string, known: readonly string[]): string | null {
  const length = [...password].length;
  if (length < minPasswordLength) return strings.aPasswordHasAtLeast({ least: minPasswordLength, length });
  if (length > maxPasswordLength) return strings.aPasswordHasAtMost({ most: maxPasswordLength, length });
  const own = wordsOf(known);
  const withoutOwn = without(password.toLowerCase(), own);
  const left = [...inShort(withoutOwn)].length;
  if (left >= leastLeft) return null;
  return withoutOwn === password.toLowerCase() ? strings.itIsGuessedFirst : strings.itIsMadeOfYourName;
}

function wordsOf(known: readonly string[]): string[] {
  const words = known.flatMap((text) => text.toLowerCase().split(/[^\p{L}\p{N}]+/u));
  return [...new Set(words)].filter((word) => word.length >= 3).sort((a, b) => b.length - a.length);
}

/** Each of `words` as one character. */
function without(text: string, words: readonly string[]): string {
  return words.reduce((rest, word) => rest.replaceAll(word, "\u0001"), text);
}

/** What is guessed first as one character each. */
function inShort(text: string): string {
  const plain = [...withoutRows(text)].map((letter) => lookAlikes[letter] ?? letter).join("");
  return without(plain, common).replaceAll(/(.)\1{2,}|(..)\2{2,}|(.{3,}?)\3+/gu, (_whole, ...parts) =>
    String(parts.slice(0, 3).find((part) => part !== undefined)),
  );
}

function withoutRows(text: string): string {
  let rest = "";
  for (let at = 0; at < text.length; ) {
    const run = runAt(text, at);
    rest += text.charAt(at);
    at += run >= leastOfRow ? run : 1;
  }
  return rest;
}

/** How many characters from `at` on follow each other in a row. */
function runAt(text: string, at: number): number {
  return Math.max(
    ...rows.map((row) => {
      const begin = row.indexOf(text.charAt(at));
      if (begin === -1) return 1;
      let run = 1;
      while (begin + run < row.length && row[begin + run] === text[at + run]) run += 1;
      return run;
    }),
  );
}
