import { useTranslation } from 'react-i18next';
import type { CaseFile, CaseFileEntry, MachineFacts } from '../../../contract/trust.ts';
import { Badge, type Tone } from '../../ui/badge.tsx';
import { Card, Fact, Facts } from '../../ui/card.tsx';
import { durationText } from '../../ui/duration.ts';
import { Hash } from '../../ui/hash.tsx';
import { Money } from '../../ui/money.tsx';
import { sizeText } from '../../ui/save-file.ts';
import { exactTime } from '../../ui/time.tsx';
import { AbortReason, OutcomeBadge, prettyJson, RawText } from '../tasks/task-facts.tsx';

export function CaseInputs({ task }: { readonly task: NonNullable<CaseFile['task']> }) {
  const { t, i18n } = useTranslation(['trust', 'common']);
  return (
    <Card title={t('case.sections.inputs')}>
      <div className="flex flex-col gap-3">
        <Facts>
          <Fact name={t('case.inputs.type')}>{t(`common:taskType.${task.type}`)}</Fact>
          <Fact name={t('case.inputs.models')}>
            <code className="font-mono text-[0.92em] break-all">{task.modelIds.join(', ')}</code>
          </Fact>
          <Fact name={t('case.inputs.fee')}>
            <Money wei={task.feeWei} />
          </Fact>
          <Fact name={t('case.inputs.timeout')}>{durationText(task.timeoutSeconds * 1_000, i18n.language)}</Fact>
          <Fact name={t('case.inputs.deadline')}>
            {task.deadlineMs === null ? t('common:none') : exactTime(task.deadlineMs, i18n.language)}
          </Fact>
          <Fact name={t('case.inputs.status')}>
            {task.lastStatus !== null && `${t(`common:taskStatus.${task.lastStatus}`)} → `}
            {t(`common:taskStatus.${task.status}`)}
          </Fact>
          {task.abortReason !== 'None' && (
            <Fact name={t('case.inputs.reason')}>
              <AbortReason code={task.abortReason} />
            </Fact>
          )}
        </Facts>
        <RawText text={prettyJson(task.taskArgs)} />
      </div>
    </Card>
  );
}

const FILE_TONES: Readonly<Record<CaseFileEntry['state'], Tone>> = {
  kept: 'good',
  missing: 'bad',
  changed: 'bad',
  tooLarge: 'warn',
  unverified: 'neutral',
};

export function CaseFiles({ files }: { readonly files: readonly CaseFileEntry[] }) {
  const { t } = useTranslation('trust');
  return (
    <Card title={t('case.sections.files')}>
      {files.length === 0 && <p className="text-faint">{t('case.files.none')}</p>}
      {files.map((file) => (
        <div key={`${file.kind} ${file.position}`} className="flex flex-wrap items-center gap-x-4 gap-y-1 py-1">
          <span className="font-medium">
            {file.kind === 'checkpoint' ? t('case.files.checkpoint') : t('case.files.result', { number: file.position + 1 })}
          </span>
          <Badge tone={FILE_TONES[file.state]}>{t(`case.files.states.${file.state}`)}</Badge>
          <span className="text-[13px] text-soft tabular-nums">{sizeText(file.size)}</span>
          <span className="text-[13px] text-faint">
            {t('case.files.hash')} <Hash value={file.sha256} what={t('case.files.hash')} />
          </span>
          {file.path !== null && <code className="font-mono text-xs text-faint">{file.path}</code>}
        </div>
      ))}
    </Card>
  );
}

export function CaseExecutions({ executions }: { readonly executions: CaseFile['own']['executions'] }) {
  const { t, i18n } = useTranslation(['trust', 'tasks']);
  return (
    <Card title={t('case.sections.executions')}>
      {executions.length === 0 && <p className="text-faint">{t('tasks:drawer.executionsNone')}</p>}
      {executions.map((run) => (
        <div key={`${run.lifetime} ${run.attempt}`} className="flex flex-col gap-1 py-1">
          <p className="flex flex-wrap items-center gap-2">
            {t('tasks:drawer.attempt', { attempt: run.attempt })}
            <OutcomeBadge outcome={run.outcome} />
            <span className="text-[13px] text-faint tabular-nums">
              {exactTime(run.startedMs, i18n.language)}
              {run.endedMs !== null && ` · ${durationText(run.endedMs - run.startedMs, i18n.language)}`} · {run.lifetime}
            </span>
          </p>
          {run.detail !== '' && <RawText text={run.detail} />}
          {run.machine !== null && <p className="text-[13px] text-soft">{machineText(run.machine)}</p>}
        </div>
      ))}
    </Card>
  );
}

function machineText({ engine, gpu, driver }: MachineFacts): string {
  const parts = [engine && `${engine.kind} ${engine.version}`, `${gpu.name} (${gpu.vramGib} GiB)`, driver];
  return parts.filter((part) => part !== null).join(' · ');
}

export function CaseMachine({ file: { machine } }: { readonly file: CaseFile }) {
  const { t } = useTranslation('trust');
  const { engine, gpu } = machine;
  return (
    <Card title={t('case.sections.machine')} aside={<span className="text-[13px] text-faint">{t('case.machine.now')}</span>}>
      <Facts>
        <Fact name={t('case.machine.engine')}>
          {engine === null ? t('case.machine.unknown') : `${engine.kind} ${engine.version}`}
        </Fact>
        <Fact name={t('case.machine.gpu')}>
          {gpu.name} · {gpu.vramGib} GiB{gpu.cards > 1 && ` · ${t('case.machine.cards', { count: gpu.cards })}`}
        </Fact>
        <Fact name={t('case.machine.driver')}>{machine.driver ?? t('case.machine.unknown')}</Fact>
        <Fact name={t('case.machine.program')}>{machine.program}</Fact>
        <Fact name={t('case.machine.platform')}>{machine.platform}</Fact>
      </Facts>
    </Card>
  );
}
