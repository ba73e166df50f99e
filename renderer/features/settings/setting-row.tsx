import { type ReactNode, useId } from 'react';
import { useTranslation } from 'react-i18next';
import type { Settings, SettingsChange } from '../../../contract/settings.ts';
import { SETTING_EFFECT } from '../../../contract/settings.ts';
import { useAct } from '../../rpc/hooks.ts';
import { useHostClient } from '../../state/app-context.ts';
import { Switch } from '../../ui/switch.tsx';

export type Effect = 'now' | 'nextLogin' | 'nextStart';

/** When a setting takes effect, shown with each setting. */
export function EffectNote({ effect }: { readonly effect: Effect }) {
  const { t } = useTranslation();
  return <span>{t(`effect.${effect}`)}</span>;
}

/** Saves immediately; the host sends the new settings to every window. */
export function useSettingsChange() {
  const host = useHostClient();
  return useAct((change: SettingsChange) => host().settings.change(change));
}

export interface SwitchRowProps {
  readonly label: string;
  readonly setting: keyof Settings;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  /** Why it cannot be set here. */
  readonly unavailable?: string | null;
  /** More about it. */
  readonly children?: ReactNode;
}

export function SwitchRow({ label, setting, checked, onChange, unavailable = null, children }: SwitchRowProps) {
  const id = useId();
  return (
    <div className="flex items-center justify-between gap-4 py-2">
      <div className="min-w-0">
        <label htmlFor={id} className="font-medium">
          {label}
        </label>
        <p id={`${id}-note`} className="text-[13px] text-faint">
          {unavailable ?? <EffectNote effect={SETTING_EFFECT[setting]} />} {children}
        </p>
      </div>
      <Switch id={id} aria-describedby={`${id}-note`} checked={checked} disabled={unavailable !== null} onChange={onChange} />
    </div>
  );
}
