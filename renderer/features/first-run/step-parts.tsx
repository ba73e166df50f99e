import { clsx } from 'clsx';
import { type ReactNode, useId } from 'react';
import type { Choices } from './choices.ts';

/** The props of every step. */
export interface StepProps {
  readonly choices: Choices;
  readonly change: (part: Partial<Choices>) => void;
}

export function StepHeader({ title, lead }: { readonly title: string; readonly lead: string }) {
  return (
    <div className="flex flex-col gap-1">
      <h2 className="text-base font-semibold">{title}</h2>
      <p className="text-soft">{lead}</p>
    </div>
  );
}

export interface OptionProps {
  readonly type: 'radio' | 'checkbox';
  readonly name: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly disabled?: boolean;
  readonly title: ReactNode;
  /** More about it, below the title. */
  readonly children?: ReactNode;
}

/** One option of several, as a full-width row: named by its title, described by the rest. */
export function Option({ type, name, checked, onChange, disabled = false, title, children }: OptionProps) {
  const id = useId();
  return (
    <label
      className={clsx(
        'flex items-start gap-3 rounded-md border px-3 py-2.5 has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent',
        checked ? 'border-accent bg-accent-wash' : 'border-line',
        disabled ? 'opacity-60' : 'cursor-pointer hover:border-edge',
      )}
    >
      <input
        type={type}
        name={name}
        checked={checked}
        disabled={disabled}
        aria-labelledby={`${id}-title`}
        aria-describedby={`${id}-more`}
        onChange={(event) => onChange(event.target.checked)}
        className="mt-0.5 size-4 shrink-0 accent-accent outline-none"
      />
      <span className="flex min-w-0 flex-1 flex-col gap-0.5">
        <span id={`${id}-title`} className="flex flex-wrap items-center gap-2 font-medium break-all">
          {title}
        </span>
        <span id={`${id}-more`} className="flex flex-col gap-0.5 text-[13px] break-words text-faint">
          {children}
        </span>
      </span>
    </label>
  );
}

export function Options({
  legend,
  hint,
  children,
}: {
  readonly legend: string;
  readonly hint?: string;
  readonly children: ReactNode;
}) {
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1.5 font-medium">{legend}</legend>
      {hint !== undefined && <p className="-mt-1.5 text-[13px] text-faint">{hint}</p>}
      {children}
    </fieldset>
  );
}
