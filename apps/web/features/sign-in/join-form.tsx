"use client";

import { type FormEvent, useEffect, useState } from "react";
import { askAuth } from "../../client/auth-api.ts";
import { AuthRefusal } from "../../client/auth-refusal.ts";
import { RefusedNotice } from "../../client/refused-notice.tsx";
import { useGuardedAct } from "../../client/use-guarded-act.ts";
import type { OpenInvitation } from "../../contracts/people.ts";
import * as strings from "../../strings/generated/sign-in/join-form.ts";
import { rich } from "../../strings/rich.tsx";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { Field } from "../../ui/field.tsx";
import { NewPasswordField, useNewPassword } from "../../ui/new-password-field.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";

type State =
  | { is: "reading" }
  | { is: "open"; secret: string; invitation: OpenInvitation }
  | { is: "refused"; text: string };

/** Reads the invitation of the link, and makes its account by a password that its person chooses. */
export function JoinForm() {
  const [state, setState] = useState<State>({ is: "reading" });
  useEffect(() => {
    const secret = window.location.hash.slice(1);
    askAuth("invitation/read", { secret }).then(
      (invitation) => setState({ is: "open", secret, invitation: invitation as OpenInvitation }),
      (error: unknown) =>
        setState({
          is: "refused",
          text: error instanceof AuthRefusal ? error.message : strings.theServerDoesNotAnswer,
        }),
    );
  }, []);
  return (
    <Card className="p-6 shadow-sm">
      {state.is === "reading" ? (
        <div aria-busy="true" className="space-y-3">
          <span className="sr-only">{strings.readingTheInvitation}</span>
          <Skeleton className="h-5 w-2/3" />
          <Skeleton className="h-10 w-full" />
        </div>
      ) : state.is === "refused" ? (
        <div role="alert">
          <Notice tone="warning" title={strings.thisLinkDoesNotWork}>
            {state.text}
          </Notice>
        </div>
      ) : (
        <Accept secret={state.secret} invitation={state.invitation} />
      )}
    </Card>
  );
}

function Accept({ secret, invitation }: { secret: string; invitation: OpenInvitation }) {
  const { email, role, siteName } = invitation;
  const [name, setName] = useState(invitation.name);
  const chosen = useNewPassword([email, name, siteName]);
  const { error, isUnderWay, run } = useGuardedAct(() => {});
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!chosen.isGood || name.trim() === "") return;
    await run(async () => {
      const { password } = chosen;
      await askAuth("invitation/accept", { secret, name: name.trim(), password });
      await askAuth("sign-in/email", { email, password });
      window.location.assign("/");
    });
  };
  return (
    <form method="post" onSubmit={(event) => void submit(event)} className="space-y-4">
      <p className="text-sm text-ink-soft">
        {rich(strings.youJoinAsRoleAnd, {
          role: <strong className="font-semibold text-ink">{role}</strong>,
          email: <strong className="font-semibold text-ink [overflow-wrap:anywhere]">{email}</strong>,
        })}
      </p>
      <Field
        label={strings.yourName}
        autoComplete="name"
        required
        maxLength={80}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <input type="hidden" autoComplete="username" value={email} readOnly />
      <NewPasswordField {...chosen} />
      <RefusedNotice error={error} lookAt={strings.signInTryThePassword} />
      <Button type="submit" kind="primary" className="w-full" disabled={isUnderWay || !chosen.isGood}>
        {strings.makeTheAccount}
      </Button>
    </form>
  );
}
