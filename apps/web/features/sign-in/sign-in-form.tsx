"use client";

import { LoaderCircle } from "lucide-react";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { givePasskey } from "../../client/passkeys.ts";
import * as strings from "../../strings/generated/sign-in/sign-in-form.ts";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { Field } from "../../ui/field.tsx";
import { Notice } from "../../ui/notice.tsx";
import { OtherWays } from "./other-ways.tsx";
import {
  backFromProvider,
  type CodeKind,
  leaveForProvider,
  type SignInResult,
  safeReturn,
  signIn,
  signInByPasskey,
  verifyCode,
} from "./sign-in.ts";
import { usePasskeyAutofill } from "./use-passkey-autofill.ts";

type Refusal = Extract<SignInResult, { kind: "refused" }>;

/** Counts a wait down to zero, one second at a time. */
function useCountdown(from: number | undefined): number {
  const [left, setLeft] = useState(0);
  useEffect(() => {
    setLeft(from ?? 0);
    if (from === undefined) return;
    const timer = setInterval(() => setLeft((seconds) => Math.max(0, seconds - 1)), 1000);
    return () => clearInterval(timer);
  }, [from]);
  return left;
}

interface Coming {
  from: string | undefined;
  /** Whether whoever comes was signed in before, and is no more. */
  hasEnded: boolean;
  /** Where people sign in, too; `null`: nowhere. */
  provider: string | null;
  /** Why they were not let in who come back from there. */
  refused: string | undefined;
}

export function SignInForm({ from, hasEnded, provider, refused }: Coming) {
  const [step, setStep] = useState<"password" | "code">("password");
  const [codeKind, setCodeKind] = useState<CodeKind>("totp");
  const [isBusy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(() =>
    refused === undefined || provider === null ? null : backFromProvider(refused, provider),
  );
  const waitSeconds = useCountdown(refusal?.retryAfterSeconds);
  const form = useRef<HTMLFormElement>(null);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    const text = (name: string) => String(given.get(name) ?? "");
    await run(() =>
      step === "password"
        ? signIn({ email: text("email").trim(), password: text("password") })
        : verifyCode(text("code").replaceAll(" ", ""), codeKind),
    );
  };
  const run = async (attempt: () => Promise<SignInResult>) => {
    setBusy(true);
    setRefusal(null);
    const result = await attempt();
    // A browser that was sent here keeps the anchor that it was on its way to.
    const { origin, hash } = window.location;
    if (result.kind === "signed-in") return window.location.assign(safeReturn(from && from + hash, origin));
    if (result.kind === "leaves") return window.location.assign(result.url);
    setBusy(false);
    if (result.kind === "second-factor") return setStep("code");
    setRefusal(result);
    form.current
      ?.querySelector<HTMLInputElement>("input:last-of-type[name='password'], input[name='code']")
      ?.focus();
  };

  const [wasChosen, setChosen] = useState(false);
  // A key that was chosen and does not work here is not asked for again by itself.
  usePasskeyAutofill(step === "password" && !isBusy && !wasChosen, (attempt) => {
    setChosen(true);
    void run(attempt);
  });

  const isWrong = refusal?.title.startsWith("Wrong") === true;
  return (
    <Card className="p-6 shadow-sm">
      <form
        ref={form}
        method="post"
        onSubmit={(event) => void submit(event)}
        className="space-y-4"
        aria-busy={isBusy}
      >
        {hasEnded && refusal === null && step === "password" ? (
          <Notice tone="info" title={strings.youWereSignedOut}>
            {strings.yourSessionEndedOrSomebody}
          </Notice>
        ) : null}
        <div role="alert" className="empty:hidden">
          {refusal === null ? null : (
            <Notice tone={isWrong ? "warning" : "critical"} title={refusal.title}>
              {waitSeconds > 0 ? strings.tryAgainInWaitSeconds({ waitSeconds }) : refusal.text}
            </Notice>
          )}
        </div>
        {step === "password" ? (
          <PasswordFields isWrong={isWrong} />
        ) : (
          <CodeFields key={codeKind} {...{ codeKind, setCodeKind, isWrong }} />
        )}
        <Button kind="primary" type="submit" className="w-full" disabled={isBusy || waitSeconds > 0}>
          {isBusy ? <LoaderCircle aria-hidden className="size-4 animate-spin" /> : null}
          {isBusy ? strings.signingIn : strings.signIn}
        </Button>
      </form>
      {step === "password" ? (
        <OtherWays
          provider={provider}
          isBusy={isBusy || waitSeconds > 0}
          onPasskey={() => void run(() => signInByPasskey(givePasskey))}
          onProvider={(name) => void run(() => leaveForProvider(name, from && from + window.location.hash))}
        />
      ) : null}
    </Card>
  );
}

function PasswordFields({ isWrong }: { isWrong: boolean }) {
  return (
    <>
      <Field
        label={strings.eMail}
        name="email"
        type="email"
        autoComplete="username webauthn"
        required
        autoFocus
        aria-invalid={isWrong}
      />
      <Field
        label={strings.password}
        name="password"
        type="password"
        autoComplete="current-password"
        required
        aria-invalid={isWrong}
      />
    </>
  );
}

function CodeFields({
  codeKind,
  setCodeKind,
  isWrong,
}: {
  codeKind: CodeKind;
  setCodeKind: (kind: CodeKind) => void;
  isWrong: boolean;
}) {
  const isApp = codeKind === "totp";
  return (
    <>
      <Field
        label={isApp ? strings.codeOfYourAuthenticator : strings.backupCode}
        name="code"
        {...(isApp ? { inputMode: "numeric", pattern: "[0-9 ]{6,7}", autoComplete: "one-time-code" } : {})}
        required
        autoFocus
        aria-invalid={isWrong}
      />
      <Button className="w-full" onClick={() => setCodeKind(isApp ? "backup-code" : "totp")}>
        {isApp ? strings.theAppIsNotAt : strings.useTheAppsCode}
      </Button>
    </>
  );
}
