/** A place at which agents stand. */
export interface SiteView {
  readonly site: string;
  /** Agents that are not revoked. */
  readonly agents: number;
}

/** For how many days KPIs of one resolution are kept. */
export interface KpiDays {
  readonly all: number;
  /** By agent and by reader. */
  readonly agent: number;
}

/** What the console knows of how this installation is set. No secret is in it. */
export interface InstallationView {
  readonly siteName: string;
  /** What browsers call it first. */
  readonly origin: string;
  readonly isTls: boolean;
  /** Whether tokens for agents are made here. */
  readonly makesAgentTokens: boolean;
  /** Where agents reach the door; `null`: the console was not told. */
  readonly doorUrl: string | null;
  /** Whether links in messages of alerts acknowledge here. */
  readonly takesAlertLinks: boolean;
  readonly sessionMs: number;
  readonly kpiDays: { readonly minutes: KpiDays; readonly hours: KpiDays };
  /** Archives that hold segments, by name. */
  readonly archives: readonly string[];
  /** By name. */
  readonly sites: readonly SiteView[];
}
