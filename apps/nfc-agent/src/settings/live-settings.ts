import { readFile } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import { messageOf } from "@tapline/core/kernel";
import { type AgentDirective, agentDirectiveSchema } from "@tapline/core/tap";
import { z } from "zod";
import type { LocalSettings } from "../config.ts";
import { replaceFile, systemCode } from "../durable-file.ts";
import { type EffectiveSettings, effectiveSettings } from "./effective.ts";

export type LiveSettingsOptions = {
  /** File of the last good directive. */
  path: string;
  local: LocalSettings;
  notify: (text: string, facts: Record<string, unknown>) => void;
};

const none: AgentDirective = { revision: 0, settings: {}, version: null };

/** The settings in force: kept on disk as the server last gave them, so that they hold at a start without network. */
export class LiveSettings {
  readonly #options: LiveSettingsOptions;
  readonly #listeners: ((settings: EffectiveSettings) => void)[] = [];
  #directive: AgentDirective;
  #current: EffectiveSettings;
  #refused: string | null = null;
  #taking: Promise<void> = Promise.resolve();

  private constructor(options: LiveSettingsOptions, directive: AgentDirective) {
    this.#options = options;
    this.#directive = directive;
    this.#current = effectiveSettings(options.local, directive.settings);
  }

  /** A kept directive that does not read is said and passed over: the server gives it again. */
  static async open(options: LiveSettingsOptions): Promise<LiveSettings> {
    try {
      const kept = agentDirectiveSchema.parse(JSON.parse(await readFile(options.path, "utf8")));
      return new LiveSettings(options, kept);
    } catch (error) {
      if (systemCode(error) !== "ENOENT")
        options.notify(
          "the server's settings that were kept do not read; defaults hold until it sends them again",
          {
            path: options.path,
          },
        );
      return new LiveSettings(options, none);
    }
  }

  get current(): EffectiveSettings {
    return this.#current;
  }

  /** Revision of the directive in force; 0 = none from the server. */
  get revision(): number {
    return this.#directive.revision;
  }

  /** The version that the server wants here; null where it wants none. */
  get wantedVersion(): string | null {
    return this.#directive.version;
  }

  /** Why the last directive was not taken; null where it was. */
  get refused(): string | null {
    return this.#refused;
  }

  /** Calls back with the settings now, and whenever they change. */
  apply(listener: (settings: EffectiveSettings) => void): void {
    this.#listeners.push(listener);
    listener(this.#current);
  }

  /**
   * Takes what the server wants: on disk first, then in force. One that breaks the contract is refused by name, and
   * what held before holds on. Directives are taken one after the other.
   */
  take(directive: unknown): Promise<void> {
    this.#taking = this.#taking.then(() => this.#take(directive));
    return this.#taking;
  }

  async #take(given: unknown): Promise<void> {
    const parsed = agentDirectiveSchema.safeParse(given);
    if (!parsed.success) return this.#refuse(z.prettifyError(parsed.error));
    const directive = parsed.data;
    if (isDeepStrictEqual(directive, this.#directive)) {
      this.#refused = null;
      return;
    }
    try {
      await replaceFile(this.#options.path, `${JSON.stringify(directive)}\n`);
    } catch (error) {
      return this.#refuse(`it cannot be kept: ${systemCode(error) ?? messageOf(error)}`);
    }
    const { revision } = directive;
    this.#refused = null;
    this.#directive = directive;
    this.#current = effectiveSettings(this.#options.local, directive.settings);
    for (const listener of this.#listeners) listener(this.#current);
    this.#options.notify("settings of the server are in force", { revision, settings: directive.settings });
  }

  #refuse(why: string): void {
    if (why === this.#refused) return;
    this.#refused = why;
    const { revision } = this.#directive;
    this.#options.notify("settings of the server are refused, the ones before hold", {
      why,
      inForce: revision,
    });
  }
}
