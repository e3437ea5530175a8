import { messageOf, TaplineError } from "@tapline/core/kernel";
import { maxTapsPerRequest } from "@tapline/core/tap";

/** Objects and arrays, quotation marks, and commas (those in readers' names included), that a full batch needs, with room to spare. */
const maxBrackets = maxTapsPerRequest * 4;
const maxQuotes = maxTapsPerRequest * 40;
const maxCommas = maxTapsPerRequest * 150;

/**
 * Parses the JSON of a request. A text with far more structure than any delivery has is refused unparsed: two
 * mebibytes of nested brackets, or a million numbers, would hold the event loop for seconds.
 * @throws TaplineError `invalid-input`
 */
export function parseBody(text: string): unknown {
  if (count(text, "[", maxBrackets) + count(text, "{", maxBrackets) > maxBrackets)
    throw new TaplineError("invalid-input", "the body is nested deeper or wider than a delivery can be");
  if (count(text, '"', maxQuotes) > maxQuotes)
    throw new TaplineError("invalid-input", "the body has more fields than a delivery can have");
  if (count(text, ",", maxCommas) > maxCommas)
    throw new TaplineError("invalid-input", "the body has more values than a delivery can have");
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new TaplineError("invalid-input", `the body is not JSON: ${messageOf(error).slice(0, 200)}`);
  }
}

/** How often `character` occurs, counted up to one more than `limit`. */
function count(text: string, character: string, limit: number): number {
  let found = 0;
  for (let at = text.indexOf(character); at >= 0 && found <= limit; at = text.indexOf(character, at + 1))
    found++;
  return found;
}
