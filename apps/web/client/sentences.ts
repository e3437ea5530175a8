/** Errors are written for logs and commands, too: as parts of sentences, and with what is typed in backticks. */
export function sentencesOf(message: string, remedy: string | null): string {
  return [message, ...(remedy === null ? [] : [remedy])].map(sentence).join(" ");
}

function sentence(text: string): string {
  const plain = text.replaceAll("`", "").trim();
  return `${plain.charAt(0).toUpperCase()}${plain.slice(1)}${/[.!?]$/.test(plain) ? "" : "."}`;
}
