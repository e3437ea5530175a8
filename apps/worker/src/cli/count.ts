/** A number with its word, as in "1 tap" and "2 taps". */
export function count(number: number, one: string, several = `${one}s`): string {
  return `${number} ${number === 1 ? one : several}`;
}
