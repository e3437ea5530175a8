/** What somebody gave the page. */
export type Given = {
  readonly proof: string;
  /** Root certificate and revocation lists, PEM; "" where the proof needs none. */
  readonly trust: string;
  /** Verifier keys, one a line. */
  readonly keys: string;
  /** The tap's raw bytes; null where they were not given. */
  readonly packet: Uint8Array | null;
};

/** `proven`, `unchecked` (it could not be looked at, which says nothing of the proof), or what is wrong, as `tapline verify` names it. */
export type Verdict = { readonly is: string; readonly text: string };

/** What a page looks at what it is given with. */
export type Verifying = {
  readonly verify: (given: Given) => Verdict;
  /** Whether this proof is checked against a trust file, too. */
  readonly needsTrust: (proof: string) => boolean;
};
