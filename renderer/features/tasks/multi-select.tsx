import { clsx } from 'clsx';
import { ChevronDown } from 'lucide-react';
import { Popover } from 'radix-ui';

export interface MultiSelectProps<Value extends string> {
  readonly label: string;
  /** Shown while nothing is selected, which means no filter. */
  readonly all: string;
  readonly summary: (count: number) => string;
  readonly value: readonly Value[];
  readonly groups: readonly {
    readonly title: string | null;
    readonly options: readonly { readonly value: Value; readonly label: string }[];
  }[];
  readonly onChange: (value: readonly Value[]) => void;
}

/** Selects any number of a few names. */
export function MultiSelect<Value extends string>({ label, all, summary, value, groups, onChange }: MultiSelectProps<Value>) {
  const options = groups.flatMap((group) => group.options);
  const only = value.length === 1 ? options.find((option) => option.value === value[0]) : undefined;
  const toggle = (option: Value) => {
    const next = value.includes(option) ? value.filter((each) => each !== option) : [...value, option];
    onChange(options.map((each) => each.value).filter((each) => next.includes(each)));
  };
  return (
    <Popover.Root>
      <Popover.Trigger
        aria-label={`${label}: ${value.length === 0 ? all : (only?.label ?? summary(value.length))}`}
        className={clsx(
          'inline-flex h-9 items-center gap-1.5 rounded-md border bg-surface px-2.5 hover:bg-raised',
          value.length === 0 ? 'border-edge' : 'border-accent text-accent',
        )}
      >
        <span className="truncate">{value.length === 0 ? all : (only?.label ?? summary(value.length))}</span>
        <ChevronDown aria-hidden className="size-4 shrink-0" />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="start"
          sideOffset={4}
          collisionPadding={8}
          aria-label={label}
          className="z-50 max-h-[70vh] overflow-y-auto rounded-md border border-line bg-surface p-2 shadow-lg"
        >
          {groups.map((group) => (
            <fieldset key={group.title ?? ''} className="flex flex-col">
              {group.title !== null && <legend className="px-1.5 pt-1 text-xs font-medium text-faint">{group.title}</legend>}
              {group.options.map((option) => (
                <label key={option.value} className="flex items-center gap-2 rounded px-1.5 py-1 hover:bg-raised">
                  <input
                    type="checkbox"
                    className="accent-accent"
                    checked={value.includes(option.value)}
                    onChange={() => toggle(option.value)}
                  />
                  {option.label}
                </label>
              ))}
            </fieldset>
          ))}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
