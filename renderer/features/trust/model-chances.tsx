import { useTranslation } from 'react-i18next';
import type { ModelChance } from '../../../contract/standing.ts';
import { Badge } from '../../ui/badge.tsx';
import { Cell, Row, Table } from '../../ui/table.tsx';
import { useCodeText } from './code-text.ts';

export function ModelChances({ models }: { readonly models: readonly ModelChance[] }) {
  const { t, i18n } = useTranslation('trust');
  const textOf = useCodeText();
  const list = new Intl.ListFormat(i18n.language);
  const columns = [
    { key: 'model', label: t('conditions.model') },
    { key: 'needs', label: t('conditions.needs'), right: true },
    { key: 'nodes', label: t('conditions.nodes'), right: true },
    { key: 'outlook', label: t('conditions.outlook') },
  ];
  return (
    <div className="flex flex-col gap-1">
      <h3 className="font-medium">{t('conditions.models')}</h3>
      <p className="text-[13px] text-faint">{t('conditions.modelsHint')}</p>
      <div className="-mx-4">
        <Table caption={t('conditions.models')} columns={columns}>
          {models.map((model) => (
            <Row key={model.modelId}>
              <Cell head className="break-all">
                {model.modelId}
              </Cell>
              <Cell right>{model.minVramGib} GiB</Cell>
              <Cell right>{model.onDiskNodes}</Cell>
              <Cell>
                {model.failed.length === 0 ? (
                  <Badge tone="good">{t('conditions.suits')}</Badge>
                ) : (
                  <Badge tone="warn">
                    {t('conditions.lacks', {
                      what: list.format(model.failed.map((filter) => textOf([`trust:conditions.filters.${filter}`], filter))),
                    })}
                  </Badge>
                )}
              </Cell>
            </Row>
          ))}
        </Table>
      </div>
    </div>
  );
}
