import { ArrowLeft, ListChecks } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { CaseFile } from '../../../contract/trust.ts';
import { nodePath } from '../../app/screens.ts';
import { useNodeRead } from '../../rpc/hooks.ts';
import { useNode, useNodeClient } from '../../state/app-context.ts';
import { Badge } from '../../ui/badge.tsx';
import { Card } from '../../ui/card.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { ExportButton } from '../../ui/export-button.tsx';
import { Hash } from '../../ui/hash.tsx';
import { moneyText } from '../../ui/money.tsx';
import { exactTime } from '../../ui/time.tsx';
import { prettyJson, RawText } from '../tasks/task-facts.tsx';
import { CaseExecutions, CaseFiles, CaseInputs, CaseMachine } from './case-evidence.tsx';
import { CaseGroup } from './case-group.tsx';
import { CaseNodes } from './case-nodes.tsx';
import { CaseTimeline } from './case-timeline.tsx';
import { useRuleText } from './code-text.ts';
import { QosChanges } from './qos-changes.tsx';
import { CASE_TONES } from './trust-timeline.ts';

export function CaseView({ id }: { readonly id: string }) {
  const { t } = useTranslation('trust');
  const { profile } = useNode();
  const read = useNodeRead(`case ${id}`, (node, signal) => node.trust.case({ id }, { signal }));
  return (
    <>
      <Link
        to={nodePath(profile.profile.id, 'trust')}
        className="inline-flex w-fit items-center gap-1.5 text-accent hover:underline"
      >
        <ArrowLeft aria-hidden className="size-4" />
        {t('case.back')}
      </Link>
      {read.error && <ErrorNote error={read.error} />}
      {read.value && <CaseContents file={read.value} />}
    </>
  );
}

function CaseContents({ file }: { readonly file: CaseFile }) {
  const { t } = useTranslation('trust');
  const ruleText = useRuleText();
  const { cause } = file.own;
  return (
    <>
      <CaseHeader file={file} />
      <div className="grid gap-4 lg:grid-cols-2">
        <Card title={t('case.sections.fault')}>
          <div className="flex flex-col gap-2">
            <p className="text-base font-medium">{t(`case.party.${file.fault.party}`)}</p>
            <p>{t(`case.faults.${file.fault.code}`)}</p>
            <p className="text-soft">{t(`case.certainty.${file.fault.certainty}`)}</p>
            <p className="text-[13px] text-faint">{t('case.rule', { source: ruleText(file.fault.source) })}</p>
          </div>
        </Card>
        <Card title={t('case.sections.review')}>
          <div className="flex flex-col gap-2">
            <Review review={file.review} />
            {cause.code !== 'none' && (
              <p>
                <strong className="font-medium">{t('case.sections.cause')}:</strong> {t(`case.causes.${cause.code}`)}{' '}
                {cause.detail !== '' && <code className="font-mono text-[13px] break-words">{cause.detail}</code>}
              </p>
            )}
            {file.deviations.map((name) => (
              <p key={name} className="text-soft">
                {t(`case.deviations.${name}`)}
              </p>
            ))}
          </div>
        </Card>
      </div>
      {(file.own.score !== null || file.group !== null) && <CaseGroup file={file} />}
      {file.groupNodes.length > 0 && <CaseNodes nodes={file.groupNodes} />}
      {file.task && <CaseInputs task={file.task} />}
      {file.task && <CaseFiles files={file.own.files} />}
      {file.task && <CaseExecutions executions={file.own.executions} />}
      <CaseMachine file={file} />
      <CaseTimeline timeline={file.timeline} />
      {file.qos && <QosChanges qos={file.qos} />}
      {file.eventArgs !== null && (
        <Card title={t('case.sections.event')}>
          <RawText text={prettyJson(file.eventArgs)} />
        </Card>
      )}
      <Card title={t('case.sections.log')}>
        <CaseLog log={file.log} />
      </Card>
    </>
  );
}

function CaseHeader({ file }: { readonly file: CaseFile }) {
  const { t, i18n } = useTranslation('trust');
  const { profile } = useNode();
  const node = useNodeClient();
  return (
    <div className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <h2 className="flex flex-wrap items-center gap-2 text-lg font-semibold">
          <Badge tone={CASE_TONES[file.kind]}>{t(`kinds.${file.kind}`)}</Badge>
          {file.commitment !== null && <Hash value={file.commitment} what="commitment" />}
        </h2>
        <div className="flex flex-wrap gap-2">
          {file.commitment !== null && (
            <Link
              to={nodePath(profile.profile.id, 'tasks', `task=${file.commitment}`)}
              className="inline-flex h-9 items-center gap-1.5 rounded-md border border-edge bg-surface px-3.5 font-medium hover:bg-raised"
            >
              <ListChecks aria-hidden className="size-4" />
              {t('timeline.openTask')}
            </Link>
          )}
          <ExportButton
            label={t('case.export')}
            hint={t('case.exportHint')}
            create={(signal) => node().trust.exportCase({ id: file.id }, { signal })}
            savedText={(name) => t('case.exported', { name })}
          />
        </div>
      </div>
      <p className="text-[13px] text-faint">
        {t('case.opened', { when: exactTime(file.openedMs, i18n.language) })} ·{' '}
        {t(file.complete ? 'case.complete' : 'case.incomplete')}
      </p>
      <p className="text-[13px] text-faint">{t('case.exportHint')}</p>
    </div>
  );
}

function Review({ review }: { readonly review: CaseFile['review'] }) {
  const { t, i18n } = useTranslation('trust');
  const when = (atMs: number) => exactTime(atMs, i18n.language);
  switch (review.kind) {
    case 'slashed':
      return <p>{t('case.review.slashed', { when: when(review.atMs), amount: `${moneyText(BigInt(review.amountWei))} CNX` })}</p>;
    case 'underReview':
      return <p>{t('case.review.underReview', { when: when(review.sinceMs) })}</p>;
    default:
      return <p>{t(`case.review.${review.kind}`)}</p>;
  }
}

function CaseLog({ log }: { readonly log: CaseFile['log'] }) {
  const { t } = useTranslation('trust');
  if (log.kind === 'unavailable') return <p className="text-faint">{t('case.log.unavailable')}</p>;
  return (
    <div className="flex flex-col gap-2">
      {log.truncated && <p className="text-[13px] text-faint">{t('case.log.truncated')}</p>}
      {log.lines.length === 0 ? <p className="text-faint">{t('case.log.none')}</p> : <RawText text={log.lines.join('\n')} />}
    </div>
  );
}
