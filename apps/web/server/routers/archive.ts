import type { NewAsked } from "@tapline/adapters/prisma";
import { TaplineError } from "@tapline/core/kernel";
import { agentIdSchema } from "@tapline/core/tap";
import { segmentIdSchema, siteSchema } from "@tapline/core/transfer";
import { z } from "zod";
import { passwordSchema } from "../auth/password.ts";
import type { Viewer } from "../auth/viewer.ts";
import { fromPostgres } from "../from-stores.ts";
import { adminProcedure, operatorProcedure, type RequestContext, router } from "../trpc/init.ts";
import { actOf, confirmActor, reasonSchema } from "./acting.ts";

const targetSchema = z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/, "must be an archive's name");
const daySchema = z.iso.date();

/** A UTC day, or a segment. */
const partOfArchive = { day: daySchema.nullable(), segment: segmentIdSchema.nullable() };

const verifyInput = z.strictObject({
  /** Null: all of them. */
  target: targetSchema.nullable(),
  /** Both null: all that lies there. */
  ...partOfArchive,
  reason: reasonSchema,
});

const restoreInput = z
  .strictObject(partOfArchive)
  .refine(({ day, segment }) => (day === null) !== (segment === null), "name a day or a segment");

/** Which refused taps; null counts for nothing. */
const filterSchema = z.strictObject({
  /** A name and nothing else, so that two filters never have the same subject. */
  reason: z
    .string()
    .max(50)
    .regex(/^[a-z][a-z-]*$/, "must be the name of a reason")
    .nullable(),
  agent: agentIdSchema.nullable(),
  site: siteSchema.nullable(),
});

type Filter = z.infer<typeof filterSchema>;
type Acting = Pick<RequestContext, "archiveViews" | "traceId"> & { readonly viewer: Viewer };

/** What a preview says holds for so long, ms. */
const previewHoldsMs = 15 * 60_000;

/** What is done about the archive. The console has no credentials of archives: all of it is asked of the workers. */
export const archiveRouter = router({
  /** Has a segment that fails tried at once, or what archives lack of it. */
  retry: operatorProcedure
    .input(z.strictObject({ segment: segmentIdSchema, reason: reasonSchema }))
    .mutation(({ ctx, input: { segment, reason } }) =>
      ask(ctx, { kind: "retry", subject: `segment/${segment}`, wish: { segment } }, reason),
    ),
  /** Has an archive read back, or a day or a segment of it, and held against its signatures and the index. */
  verify: operatorProcedure.input(verifyInput).mutation(({ ctx, input: { reason, ...wish } }) => {
    const { target, day, segment } = wish;
    const part = segment ?? day ?? "";
    const subject = `archive/${target ?? "all"}${part === "" ? "" : `/${part}`}`;
    return ask(ctx, { kind: "verify", subject, wish }, reason);
  }),
  /** Asks which objects a restore would fetch, whether they are there, and which keys open them. */
  previewRestore: operatorProcedure.input(restoreInput).mutation(({ ctx, input: wish }) => {
    const subject = wish.segment === null ? `day/${wish.day}` : `segment/${wish.segment}`;
    return ask(ctx, { kind: "preview-restore", subject, wish });
  }),
  /** Asks what a replay of refused taps would do. */
  previewReplay: operatorProcedure
    .input(z.strictObject({ filter: filterSchema }))
    .mutation(({ ctx, input: { filter } }) =>
      ask(ctx, { kind: "preview-replay", subject: subjectOf(filter), wish: filter }),
    ),
  /** Has those put into the buffer again that pass now. `preview`: the task that told beforehand what that does. */
  replay: operatorProcedure
    .input(z.strictObject({ filter: filterSchema, preview: z.uuid(), reason: reasonSchema }))
    .mutation(async ({ ctx, input: { filter, preview, reason } }) => {
      const subject = subjectOf(filter);
      await assertPreviewed(ctx, preview, subject);
      return await ask(ctx, { kind: "replay", subject, wish: filter }, reason);
    }),
  /** Asks which host key the server of an archive shows now. */
  lookAtHostKey: adminProcedure
    .input(z.strictObject({ target: targetSchema }))
    .mutation(({ ctx, input: wish }) =>
      ask(ctx, { kind: "look-at-host-key", subject: `archive/${wish.target}`, wish }),
    ),
  /** Has a host key believed: the one that was looked at, if the server shows it still. */
  repin: adminProcedure
    .input(
      z.strictObject({
        target: targetSchema,
        offered: z.string().regex(/^SHA256:[A-Za-z0-9+/]{43}$/, "must be SHA256:… as it was shown"),
        reason: reasonSchema,
        password: passwordSchema,
      }),
    )
    .mutation(async ({ ctx, input: { target, offered, reason, password } }) => {
      await confirmActor(ctx, "archive.repin", password);
      return await ask(
        ctx,
        { kind: "repin", subject: `archive/${target}`, wish: { target, offered } },
        reason,
      );
    }),
});

/** @returns the task by which it is followed. @throws TaplineError `conflict` where the same is under way */
async function ask(ctx: Acting, task: NewAsked, reason: string | null = null): Promise<{ task: string }> {
  const act = { ...actOf(ctx, ""), reason };
  return { task: await fromPostgres(ctx.archiveViews.asked.ask(task, act)) };
}

function subjectOf({ reason, agent, site }: Filter): string {
  const parts = [reason && `reason ${reason}`, agent && `agent ${agent}`, site && `site ${site}`];
  return `quarantine/${parts.filter((part) => part !== null && part !== "").join(", ") || "all"}`;
}

async function assertPreviewed({ archiveViews }: Acting, id: string, subject: string): Promise<void> {
  const preview = await fromPostgres(archiveViews.asked.find(id));
  const isOfThis =
    preview.kind === "preview-replay" && preview.subject === subject && preview.state === "done";
  const ageMs = Date.now() - (preview.endedAtEpochMs ?? 0);
  if (isOfThis && ageMs < previewHoldsMs) return;
  throw new TaplineError("conflict", "that preview does not tell any more what a replay of these taps does", {
    remedy: "look at it anew",
  });
}
