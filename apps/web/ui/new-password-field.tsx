"use client";

import { useId, useState } from "react";
import { minPasswordLength, weaknessOf } from "../contracts/password-strength.ts";
import * as strings from "../strings/generated/ui/new-password-field.ts";
import { Field } from "./field.tsx";

/** A password that is being chosen. @param known what others know of its person */
export function useNewPassword(known: readonly string[]) {
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const weakness = weaknessOf(password, known);
  const isSame = password === again;
  return { password, setPassword, again, setAgain, weakness, isSame, isGood: weakness === null && isSame };
}

/** Asks for a new password twice, and says while it is typed what speaks against it. The server judges it again. */
export function NewPasswordField({
  password,
  setPassword,
  again,
  setAgain,
  weakness,
  isSame,
}: ReturnType<typeof useNewPassword>) {
  const id = useId();
  const says = sayingOf({ password, again, weakness, isSame });
  return (
    <div className="space-y-4">
      <Field
        label={strings.newPassword}
        type="password"
        autoComplete="new-password"
        required
        maxLength={1_000}
        value={password}
        onChange={(event) => setPassword(event.target.value)}
        aria-describedby={id}
      />
      <Field
        label={strings.newPasswordAgain}
        type="password"
        autoComplete="new-password"
        required
        maxLength={1_000}
        value={again}
        onChange={(event) => setAgain(event.target.value)}
        aria-describedby={id}
      />
      <p id={id} aria-live="polite" className="text-sm text-ink-soft">
        {says}
      </p>
    </div>
  );
}

function sayingOf({
  password,
  again,
  weakness,
  isSame,
}: Pick<ReturnType<typeof useNewPassword>, "password" | "again" | "weakness" | "isSame">): string {
  if (password === "") return strings.atLeastMinPasswordLength({ minPasswordLength });
  if (weakness !== null) return `▲ ${weakness}`;
  if (again === "") return strings.itWillDoTypeIt;
  return isSame ? strings.itWillDo : strings.theTwoAreNotThe;
}
