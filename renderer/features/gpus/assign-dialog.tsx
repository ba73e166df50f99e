import { useTranslation } from 'react-i18next';
import type { GpuCard } from '../../../contract/gpu.ts';
import { useHostRead } from '../../rpc/hooks.ts';
import { useNode } from '../../state/app-context.ts';
import { Fact, Facts } from '../../ui/card.tsx';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Progress } from '../../ui/progress.tsx';
import { useProfileChange } from './use-profile-change.ts';

export interface AssignDialogProps {
  /** The cards to assign; null = closed. */
  readonly ids: readonly string[] | null;
  readonly cards: readonly GpuCard[];
  readonly onClose: () => void;
  readonly onDone: () => void;
}

/** Shows what will be reported to the network for a selection, and applies it. */
export function AssignDialog({ ids, cards, onClose, onDone }: AssignDialogProps) {
  const { t } = useTranslation(['gpus', 'common']);
  const { profile } = useNode();
  const { name, gpu } = profile.profile;
  const read = useHostRead(`report ${ids?.join(' ') ?? ''}`, async (client, signal) =>
    ids === null ? null : await client.gpus.report({ ids: [...ids] }, { signal }),
  );
  const change = useProfileChange();
  const report = read.value;
  const confirm = async () => {
    if (ids === null || report === null) return;
    const before = gpu.kind === 'cards' ? gpu : null;
    const confirmed = { name: report.reportedName, vramGib: report.reportedVramGib };
    const settings = before?.settings ?? {
      limits: { temperatureC: null, powerW: null },
      schedule: null,
      idle: { only: false, quietSeconds: 60, ignored: [] },
    };
    const next = { kind: 'cards' as const, ids: [...ids], confirmed, settings, selfTestModel: before?.selfTestModel ?? null };
    if ((await change.run({ gpu: next }, t('assign.done', { name }))) !== null) onDone();
  };
  return (
    <ConfirmDialog
      open={ids !== null}
      onClose={() => {
        change.clear();
        onClose();
      }}
      title={t('assign.dialogTitle', { name })}
      confirmLabel={t('assign.confirm')}
      onConfirm={() => void confirm()}
      busy={change.busy}
      error={change.error}
      disabled={report === null}
    >
      {read.error && <ErrorNote error={read.error} />}
      {report === null && read.error === null && <Progress value={null} label={t('assign.reportIs')} />}
      {report !== null && (
        <Facts>
          <Fact name={t('assign.cards')}>
            {cards
              .filter(({ id }) => ids?.includes(id) === true)
              .map((card) => (
                <span key={card.id} className="block">
                  {card.name} <span className="text-[13px] text-faint">{card.busId ?? `#${card.index}`}</span>
                </span>
              ))}
          </Fact>
          <Fact name={t('assign.reportIs')}>
            <span className="font-medium">{report.reportedName}</span>, {t('assign.memory', { vram: report.reportedVramGib })}
          </Fact>
        </Facts>
      )}
      <p className="text-soft">{t('assign.reportWhy')}</p>
      <p className="text-soft">{t('common:effect.nextStart')}</p>
    </ConfirmDialog>
  );
}
