import { useTranslation } from 'react-i18next';
import { LANGUAGES, type Language } from '../../../contract/settings.ts';
import { useSettings } from '../../state/app-context.ts';
import { Card } from '../../ui/card.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Field, Select } from '../../ui/field.tsx';
import { EffectNote, SwitchRow, useSettingsChange } from './setting-row.tsx';

const THEMES = ['system', 'light', 'dark'] as const;
/** Each language by its own name, so that its readers can find it. */
const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: 'English', 'zh-CN': '简体中文' };

export function AppearanceSection() {
  const { t } = useTranslation('settings');
  const settings = useSettings();
  const change = useSettingsChange();
  if (settings === null) return null;
  return (
    <Card title={t('sections.appearance')}>
      <div className="flex max-w-md flex-col gap-4">
        <Field label={t('appearance.theme')} hint={<EffectNote effect="now" />}>
          {(control) => (
            <Select
              {...control}
              value={settings.appearance}
              options={THEMES.map((value) => ({ value, label: t(`appearance.themes.${value}`) }))}
              onChange={(appearance) => void change.run({ appearance })}
            />
          )}
        </Field>
        <Field label={t('appearance.language')} hint={<EffectNote effect="now" />}>
          {(control) => (
            <Select
              {...control}
              value={settings.language ?? 'desktop'}
              options={[
                { value: 'desktop', label: t('appearance.desktopLanguage') },
                ...LANGUAGES.map((value) => ({ value, label: LANGUAGE_NAMES[value] })),
              ]}
              onChange={(value) => void change.run({ language: value === 'desktop' ? null : value })}
            />
          )}
        </Field>
        <SwitchRow
          label={t('appearance.rail')}
          setting="railCollapsed"
          checked={settings.railCollapsed}
          onChange={(railCollapsed) => void change.run({ railCollapsed })}
        />
        {change.error && <ErrorNote error={change.error} />}
      </div>
    </Card>
  );
}
