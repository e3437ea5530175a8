/** Who may come in, beyond what the certificate itself says. Answers at once, from memory. */
export type AgentStanding = {
  /**
   * Why the certificate with `serial` (lower-case hexadecimal) of `agent` is not admitted, or null where it is.
   * `unknown-yet`: the registry has not been read since this process started, so nobody can be told apart.
   */
  readonly refusal: (agent: string, serial: string) => "revoked" | "unknown-yet" | null;
  /** Calls back whenever somebody's standing may have changed, so that open connections are looked at again. */
  readonly onChange: (callback: () => void) => void;
};
