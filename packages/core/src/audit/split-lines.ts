import { ProofError } from "./proof-error.ts";

/** An entry has 64 KiB at most, and its line in a table not several times as much. */
const maxLineBytes = 1024 * 1024;
const lineFeed = 10;

/** The lines of a text that comes in pieces. @throws ProofError `malformed` where one has more than 1 MiB */
export async function* splitLines(
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<{ readonly line: Uint8Array; readonly isEnded: boolean }> {
  let rest: Uint8Array = new Uint8Array(0);
  for await (const piece of pieces) {
    let from = 0;
    for (let end = piece.indexOf(lineFeed); end !== -1; end = piece.indexOf(lineFeed, from)) {
      yield { line: Buffer.concat([rest, piece.subarray(from, end)]), isEnded: true };
      rest = new Uint8Array(0);
      from = end + 1;
    }
    rest = Buffer.concat([rest, piece.subarray(from)]);
    if (rest.length > maxLineBytes) throw new ProofError("malformed", "a line is longer than any may be");
  }
  if (rest.length > 0) yield { line: rest, isEnded: false };
}
