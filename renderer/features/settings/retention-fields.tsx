import { TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Retention } from '../../../contract/retention.ts';
import { Field, TextInput } from '../../ui/field.tsx';
import { keepsLess, type ProfileForm, retentionProblems } from './profile-form.ts';

export interface RetentionFieldsProps {
  readonly form: ProfileForm;
  /** The saved values. */
  readonly before: Retention;
  /** Below the limits. */
  readonly children: ReactNode;
  readonly change: (part: Pick<Partial<ProfileForm>, 'keepDays' | 'keepGib'>) => void;
}

/** How long, and how much of, results is kept; each limit is checked while typing. */
export function RetentionFields({ form, before, change, children }: RetentionFieldsProps) {
  const { t, i18n } = useTranslation('settings');
  const problems = retentionProblems(form);
  const number = (value: number) => new Intl.NumberFormat(i18n.language).format(value);
  return (
    <fieldset className="flex flex-col gap-4">
      <legend className="mb-1 font-semibold">{t('profile.keep')}</legend>
      <p className="text-[13px] text-faint">{t('profile.keepHint')}</p>
      <div className="grid grid-cols-2 items-start gap-4">
        <Field
          label={t('profile.keepDays')}
          problem={problems.days ? t('profile.keepDaysProblem', { most: number(3_650) }) : null}
        >
          {(control) => (
            <TextInput
              {...control}
              inputMode="numeric"
              value={form.keepDays}
              onChange={(event) => change({ keepDays: event.target.value })}
            />
          )}
        </Field>
        <Field
          label={t('profile.keepGib')}
          problem={problems.gib ? t('profile.keepGibProblem', { least: number(0.1), most: number(100_000) }) : null}
        >
          {(control) => (
            <TextInput
              {...control}
              inputMode="decimal"
              value={form.keepGib}
              onChange={(event) => change({ keepGib: event.target.value })}
            />
          )}
        </Field>
      </div>
      {keepsLess(form, before) && (
        <p role="status" className="flex items-start gap-2 text-warn">
          <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
          {t('profile.keepsLess')}
        </p>
      )}
      {children}
    </fieldset>
  );
}
