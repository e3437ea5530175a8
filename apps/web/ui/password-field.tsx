import * as strings from "../strings/generated/ui/password-field.ts";
import { Field } from "./field.tsx";

/** Asks for the password of whoever acts: a session alone is not enough. */
export function PasswordField({
  password,
  onPassword,
}: {
  password: string;
  onPassword: (password: string) => void;
}) {
  return (
    <Field
      label={strings.yourPassword}
      type="password"
      autoComplete="current-password"
      required
      maxLength={1_000}
      value={password}
      onChange={(event) => onPassword(event.target.value)}
    />
  );
}
