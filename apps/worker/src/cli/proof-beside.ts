/** Where the proof of an exported file lies where nothing else is said. */
export const proofBeside = (file: string): string => `${file}.proof`;
