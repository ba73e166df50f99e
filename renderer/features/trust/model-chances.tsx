import { useTranslation } from 'react-i18next';
import type { ModelChance } from '../../../contract/standing.ts';
import { Badge } from '../../ui/badge.tsx';
import { useCodeText } from './code-text.ts';

export function ModelChances({ models }: { readonly models: readonly ModelChance[] }) {
  const { t, i18n } = useTranslation('trust');
  const textOf = useCodeText();
  const list = new Intl.ListFormat(i18n.language);
  return (
    <div className="flex flex-col gap-1">
      <h3 className="font-medium">{t('conditions.models')}</h3>
      <p className="text-[13px] text-faint">{t('conditions.modelsHint')}</p>
      <table className="w-full text-[13px]">
        <thead>
          <tr className="border-b border-line text-left text-faint">
            <th scope="col" className="py-1 pr-3 font-medium">
              {t('conditions.model')}
            </th>
            <th scope="col" className="py-1 pr-3 text-right font-medium">
              {t('conditions.needs')}
            </th>
            <th scope="col" className="py-1 pr-3 text-right font-medium">
              {t('conditions.nodes')}
            </th>
            <th scope="col" className="py-1 font-medium">
              {t('conditions.outlook')}
            </th>
          </tr>
        </thead>
        <tbody>
          {models.map((model) => (
            <tr key={model.modelId} className="border-b border-line last:border-0">
              <td className="py-1.5 pr-3 break-all">{model.modelId}</td>
              <td className="py-1.5 pr-3 text-right whitespace-nowrap tabular-nums">{model.minVramGib} GiB</td>
              <td className="py-1.5 pr-3 text-right tabular-nums">{model.onDiskNodes}</td>
              <td className="py-1.5">
                {model.failed.length === 0 ? (
                  <Badge tone="good">{t('conditions.suits')}</Badge>
                ) : (
                  <Badge tone="warn">
                    {t('conditions.lacks', {
                      what: list.format(model.failed.map((filter) => textOf([`trust:conditions.filters.${filter}`], filter))),
                    })}
                  </Badge>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
