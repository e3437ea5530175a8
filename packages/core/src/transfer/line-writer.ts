const zero = 48;
const [comma, openBracket, closeBracket] = [44, 91, 93];
/** Of a number below 2^53. */
const maxDigits = 16;

/**
 * Writes text and numbers one behind the other into one growing buffer: strings that are joined and encoded later cost
 * several times as much, and archived lines are mostly numbers.
 */
export class LineWriter {
  #bytes: Buffer;
  #at = 0;

  /** @param expectedBytes what it will take, more or less */
  constructor(expectedBytes: number) {
    this.#bytes = Buffer.allocUnsafe(Math.max(64, expectedBytes));
  }

  /** Characters of ASCII. */
  ascii(text: string): this {
    this.#reserve(text.length);
    this.#at += this.#bytes.write(text, this.#at, "latin1");
    return this;
  }

  /** Any characters, as UTF-8. */
  utf8(text: string): this {
    this.#reserve(3 * text.length);
    this.#at += this.#bytes.write(text, this.#at, "utf8");
    return this;
  }

  /** A whole number from 0, in decimal digits. */
  uint(value: number): this {
    this.#reserve(maxDigits);
    if (value < 2 ** 31) this.#digits(value);
    else this.#at += this.#bytes.write(String(value), this.#at, "latin1");
    return this;
  }

  /** Triples of numbers below 2^31 as an array of arrays in JSON. */
  triples(numbers: Uint32Array): this {
    this.#reserve(2 + (numbers.length / 3) * 3 * (maxDigits + 1));
    const bytes = this.#bytes;
    bytes[this.#at++] = openBracket;
    for (let i = 0; i < numbers.length; i += 3) {
      if (i > 0) bytes[this.#at++] = comma;
      bytes[this.#at++] = openBracket;
      this.#digits(numbers[i] ?? 0);
      bytes[this.#at++] = comma;
      this.#digits(numbers[i + 1] ?? 0);
      bytes[this.#at++] = comma;
      this.#digits(numbers[i + 2] ?? 0);
      bytes[this.#at++] = closeBracket;
    }
    bytes[this.#at++] = closeBracket;
    return this;
  }

  /** What was written, as a view. */
  take(): Buffer {
    return this.#bytes.subarray(0, this.#at);
  }

  #digits(value: number): void {
    let end = this.#at + 1;
    for (let bound = 10; value >= bound; bound *= 10) end += 1;
    this.#at = end;
    let rest = value;
    do {
      const next = Math.floor(rest / 10);
      end -= 1;
      this.#bytes[end] = zero + rest - 10 * next;
      rest = next;
    } while (rest > 0);
  }

  #reserve(length: number): void {
    if (this.#at + length <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(2 * this.#bytes.length + length);
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }
}
