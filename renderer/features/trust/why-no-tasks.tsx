import { RefreshCw } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { NoTaskCondition } from '../../../contract/standing.ts';
import { useHostText } from '../../errors/use-host-text.ts';
import { useNodeRead } from '../../rpc/hooks.ts';
import { Badge, type Tone } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Time } from '../../ui/time.tsx';
import { useCodeText, useRuleText } from './code-text.ts';
import { conditionParams } from './condition-params.ts';
import { ModelChances } from './model-chances.tsx';

const TONES: Readonly<Record<NoTaskCondition['verdict'], Tone>> = { yes: 'good', no: 'bad', unknown: 'neutral' };

/** Every condition of the network's selection, with what would change it. For a running node. */
export function WhyNoTasks() {
  const { t } = useTranslation(['trust', 'common']);
  const read = useNodeRead('no tasks', (node, signal) => node.trust.noTasks({}, { signal }));
  const report = read.value;
  const blocked = report?.conditions.filter(({ verdict }) => verdict === 'no').length ?? 0;
  return (
    <Card
      title={t('conditions.title')}
      aside={
        <span className="flex items-center gap-3 text-[13px] text-faint">
          {report && (
            <span>
              <Time atMs={report.atMs} />
            </span>
          )}
          <Button small icon={RefreshCw} busy={read.loading} onClick={read.reload}>
            {t('conditions.again')}
          </Button>
        </span>
      }
    >
      {read.error && <ErrorNote error={read.error} />}
      {report && (
        <div className="flex flex-col gap-3">
          <p className="font-medium">{blocked === 0 ? t('conditions.allClear') : t('conditions.blocked', { count: blocked })}</p>
          <p className="text-soft">{t('conditions.lead')}</p>
          <ul className="flex flex-col">
            {report.conditions.map((condition) => (
              <Condition key={condition.id} condition={condition} />
            ))}
          </ul>
          {report.models !== null && report.models.length > 0 && <ModelChances models={report.models} />}
        </div>
      )}
    </Card>
  );
}

function Condition({ condition }: { readonly condition: NoTaskCondition }) {
  const { t, i18n } = useTranslation(['trust', 'common']);
  const textOf = useCodeText();
  const ruleText = useRuleText();
  const hostText = useHostText();
  const { id, verdict, code, change, source } = condition;
  const params = conditionParams(condition.params, {
    language: i18n.language,
    notKnown: t('conditions.notKnown'),
    stateText: (state) => textOf([`trust:conditions.engine.${state}`, `common:nodeState.${state}`], state),
    meaningOf: (error) => hostText({ code: error, message: '' }).meaning ?? error,
  });
  return (
    <li className="grid grid-cols-[7.5rem_1fr] gap-x-3 border-t border-line py-2">
      <span>
        <Badge tone={TONES[verdict]}>{t(`conditions.verdict.${verdict}`)}</Badge>
      </span>
      <span className="min-w-0" title={t('conditions.rule', { source: ruleText(source) })}>
        <span className="font-medium">{t('conditions.titled', { title: t(`conditions.ids.${id}`) })}</span>{' '}
        <span className="break-words text-soft">{textOf([`trust:conditions.codes.${id}.${code}`], code, params)}</span>
        {change !== null && verdict !== 'yes' && (
          <span className="block text-[13px]">
            <span className="text-faint">{t('conditions.change')}</span> {textOf([`trust:conditions.changes.${change}`], change)}
          </span>
        )}
      </span>
    </li>
  );
}
