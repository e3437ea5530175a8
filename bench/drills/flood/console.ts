import { type Alert, alertSchema } from "@tapline/core/alerts";
import { TaplineError } from "@tapline/core/kernel";
import { z } from "zod";
import type { ConsoleProcess } from "../../site/start-console.ts";

const answerSchema = z.union([
  z.object({ result: z.object({ data: z.unknown() }) }),
  z.object({ error: z.object({ message: z.string() }) }),
]);
const pageSchema = z.object({ alerts: z.array(alertSchema), next: z.string().nullable() });

/** A person at the console, by the calls that its pages make. */
export class Person {
  readonly #origin: string;
  readonly #cookie: string;
  /** How long each answer took, ms. */
  readonly answeredMs: number[] = [];

  private constructor(origin: string, cookie: string) {
    this.#origin = origin;
    this.#cookie = cookie;
  }

  static async at({ origin, signIn }: ConsoleProcess): Promise<Person> {
    return new Person(origin, await signIn());
  }

  /** The first page of those that want to be seen to. */
  async look(): Promise<Alert[]> {
    await this.#ask("alertBoard.counts", undefined);
    return pageSchema.parse(await this.#ask("alertBoard.list", { view: "open", limit: 50 })).alerts;
  }

  /** All open alerts, page after page. */
  async lookThrough(): Promise<Alert[]> {
    const alerts: Alert[] = [];
    for (let cursor: string | null = null; ; ) {
      const page = pageSchema.parse(await this.#ask("alerts.list", { open: true, limit: 200, cursor }));
      alerts.push(...page.alerts);
      if (page.next === null) return alerts;
      cursor = page.next;
    }
  }

  /** @throws TaplineError `conflict` where the console refuses it */
  async acknowledge({ id, rev }: Alert): Promise<Alert> {
    return alertSchema.parse(await this.#ask("alerts.acknowledge", { id, rev, note: "a drill" }, "POST"));
  }

  async #ask(path: string, input: unknown, method: "GET" | "POST" = "GET"): Promise<unknown> {
    const url = new URL(`/api/trpc/${path}`, this.#origin);
    if (method === "GET" && input !== undefined) url.searchParams.set("input", JSON.stringify(input));
    const startedAt = performance.now();
    const response = await fetch(url, {
      method,
      headers: { cookie: this.#cookie, origin: this.#origin, "content-type": "application/json" },
      ...(method === "POST" ? { body: JSON.stringify(input) } : {}),
    });
    const answer = answerSchema.parse(await response.json());
    this.answeredMs.push(performance.now() - startedAt);
    if ("result" in answer) return answer.result.data;
    throw new TaplineError("conflict", `the console answers ${path} with: ${answer.error.message}`);
  }
}
