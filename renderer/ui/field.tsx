import { clsx } from 'clsx';
import { type ComponentProps, type ReactNode, useId } from 'react';

/** Props that a control inside a {@link Field} spreads onto itself. */
interface FieldControl {
  readonly id: string;
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': true | undefined;
}

export interface FieldProps {
  readonly label: ReactNode;
  readonly hint?: ReactNode;
  /** Why the value is invalid. */
  readonly problem?: string | null;
  readonly children: (control: FieldControl) => ReactNode;
}

/** A labelled control with its hint and its error. */
export function Field({ label, hint, problem, children }: FieldProps) {
  const id = useId();
  const hasProblem = typeof problem === 'string' && problem !== '';
  const described = hasProblem ? `${id}-problem` : hint === undefined ? undefined : `${id}-hint`;
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="font-medium">
        {label}
      </label>
      {children({ id, 'aria-describedby': described, 'aria-invalid': hasProblem || undefined })}
      {hasProblem ? (
        <p id={`${id}-problem`} className="text-[13px] text-bad">
          {problem}
        </p>
      ) : (
        hint !== undefined && (
          <p id={`${id}-hint`} className="text-[13px] text-faint">
            {hint}
          </p>
        )
      )}
    </div>
  );
}

const INPUT_CLASSES =
  'w-full rounded-md border border-edge bg-surface px-2.5 text-ink placeholder:text-faint disabled:opacity-55 aria-invalid:border-bad';

export function TextInput({ className, ...rest }: ComponentProps<'input'>) {
  return <input type="text" autoComplete="off" spellCheck={false} {...rest} className={clsx(INPUT_CLASSES, 'h-9', className)} />;
}

export function TextArea({ className, ...rest }: ComponentProps<'textarea'>) {
  return <textarea spellCheck={false} rows={3} {...rest} className={clsx(INPUT_CLASSES, 'py-1.5', className)} />;
}

export interface SelectProps<Value extends string> extends Omit<ComponentProps<'select'>, 'value' | 'onChange'> {
  readonly value: Value;
  readonly options: readonly { readonly value: Value; readonly label: string; readonly disabled?: boolean }[];
  readonly onChange: (value: Value) => void;
}

/** The browser's own control, because Radix's uses an inline style sheet, which the page's policy forbids. */
export function Select<Value extends string>({ value, options, onChange, className, ...rest }: SelectProps<Value>) {
  return (
    <select
      {...rest}
      value={value}
      className={clsx(INPUT_CLASSES, 'h-9 pr-7', className)}
      onChange={(event) => {
        const chosen = options.find((option) => option.value === event.target.value);
        if (chosen !== undefined) onChange(chosen.value);
      }}
    >
      {options.map((option) => (
        <option key={option.value} value={option.value} disabled={option.disabled}>
          {option.label}
        </option>
      ))}
    </select>
  );
}
