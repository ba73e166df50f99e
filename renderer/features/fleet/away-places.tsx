import { Unplug } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { FleetPlace } from '../../../contract/fleet.ts';
import { useHostText } from '../../errors/use-host-text.ts';
import { DataAge } from '../../ui/data-age.tsx';

/** Places that do not answer: since when, and folded away why and what to do. Their nodes stay in the list, in grey. */
export function AwayPlaces({ places }: { readonly places: readonly FleetPlace[] }) {
  const { t } = useTranslation('fleet');
  const textOf = useHostText();
  if (places.length === 0) return null;
  return (
    <ul
      aria-label={t('away.label')}
      className="flex max-h-28 shrink-0 flex-col gap-1 overflow-y-auto rounded-lg border border-line bg-raised px-4 py-2"
    >
      {places.map(({ place, state, heardMs }) => {
        const text = state.kind === 'away' ? textOf(state.error) : null;
        return (
          <li key={place} className="flex gap-3">
            <Unplug aria-hidden className="mt-0.5 size-4 shrink-0 text-soft" />
            <details className="min-w-0">
              <summary className="cursor-pointer">
                <span className="font-medium">{t('away.title', { place })}</span>{' '}
                <span className="text-soft">{text?.meaning}</span> <DataAge atMs={heardMs} />
              </summary>
              <p className="text-[13px] text-soft">
                {text?.remedy} {state.kind === 'away' && <code className="font-mono text-xs">{state.error.message}</code>}
              </p>
            </details>
          </li>
        );
      })}
    </ul>
  );
}
