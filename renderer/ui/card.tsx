import { clsx } from 'clsx';
import { type ReactNode, useId } from 'react';

export interface CardProps {
  readonly title: ReactNode;
  /** To the right of the title. */
  readonly aside?: ReactNode;
  readonly children: ReactNode;
  readonly className?: string;
  /** No padding around the content; for lists and tables. */
  readonly flush?: boolean;
}

/** A titled region of a screen. */
export function Card({ title, aside, children, className, flush = false }: CardProps) {
  const id = useId();
  return (
    <section aria-labelledby={id} className={clsx('min-w-0 rounded-lg border border-line bg-surface', className)}>
      <header className="flex min-h-11 flex-wrap items-center justify-between gap-x-3 gap-y-1 px-4 pt-2.5 pb-1">
        <h2 id={id} className="font-semibold">
          {title}
        </h2>
        {aside}
      </header>
      <div className={flush ? 'pb-1' : 'px-4 pt-1 pb-4'}>{children}</div>
    </section>
  );
}

/** Names and values, one pair per row. */
export function Facts({ children }: { readonly children: ReactNode }) {
  return <dl className="grid grid-cols-[minmax(7rem,max-content)_1fr] gap-x-4 gap-y-1.5">{children}</dl>;
}

export function Fact({ name, children }: { readonly name: ReactNode; readonly children: ReactNode }) {
  return (
    <>
      <dt className="text-faint">{name}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </>
  );
}
