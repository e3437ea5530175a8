import type { ReactNode } from "react";

/** One of a few, side by side; the arrow keys move between them. */
export function Choice<Value extends string | number>({
  legend,
  name,
  options,
  value,
  onChange,
  isFirst = false,
  children,
}: {
  legend: string;
  name: string;
  options: readonly { label: string; value: Value }[];
  value: Value;
  onChange: (value: Value) => void;
  /** Has the focus when its dialog opens. */
  isFirst?: boolean;
  /** What the choice comes to. */
  children?: ReactNode;
}) {
  return (
    <fieldset>
      <legend className="mb-1.5 text-sm font-medium">{legend}</legend>
      <div className="flex flex-wrap gap-1.5">
        {options.map((option) => (
          <label
            key={option.value}
            className="cursor-pointer rounded-md border border-line-strong px-2.5 py-1.5 text-sm has-checked:bg-action has-checked:text-on-action has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-focus"
          >
            <input
              // React would focus it before the dialog opens, and the dialog would then choose for itself.
              ref={(radio) => void radio?.toggleAttribute("autofocus", isFirst && value === option.value)}
              type="radio"
              name={name}
              className="sr-only"
              checked={value === option.value}
              onChange={() => onChange(option.value)}
            />
            {option.label}
          </label>
        ))}
      </div>
      {children}
    </fieldset>
  );
}
