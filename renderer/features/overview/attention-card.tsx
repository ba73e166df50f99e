import { clsx } from 'clsx';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { useStore } from 'zustand';
import { type AttentionItem, type AttentionKind, attentionItems } from '../../../contract/truth/attention.ts';
import type { NodeTruth } from '../../../contract/truth/node-truth.ts';
import { nodePath } from '../../app/screens.ts';
import { useHostText } from '../../errors/use-host-text.ts';
import { useAct, useHostRead, useLiveRead, useNodeRead, useRefresh } from '../../rpc/hooks.ts';
import { useApp, useHostClient, useNode, useNodeClient, useNodeView } from '../../state/app-context.ts';
import { type Tone, ToneIcon } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';

const BAD_KINDS: ReadonlySet<AttentionKind> = new Set([
  'slashed',
  'doppelganger',
  'notBackedUp',
  'kickedOut',
  'workerFailed',
  'backoff',
  'nodeError',
  'engineDown',
]);
const INFO_KINDS: ReadonlySet<AttentionKind> = new Set(['pendingRestart', 'update']);

function attentionTone(kind: AttentionKind): Tone {
  return BAD_KINDS.has(kind) ? 'bad' : INFO_KINDS.has(kind) ? 'info' : 'warn';
}

/** What needs the host's attention now. */
export function useAttentionItems(truth: NodeTruth): readonly AttentionItem[] {
  const { profile } = useNode();
  const { updates } = useApp();
  const node = useNodeView();
  const update = useStore(updates, ({ value }) => value);
  const keys = useHostRead('keys', (client, signal) => client.keys.list({}, { signal }));
  const qos = useNodeRead('qos', (client, signal) => client.trust.qos({}, { signal }));
  const money = useNodeRead('money', (client, signal) => client.money.summary({}, { signal }));
  const checks = useLiveRead('checks', (client, signal) => client.checks.last({}, { signal }));
  useRefresh(qos, 60_000, truth.life);
  useRefresh(money, 60_000);
  useRefresh(keys, 60_000);
  const key = keys.value?.keys.find(({ address }) => address === profile.profile.address) ?? null;
  const report = checks.value?.report ?? null;
  return attentionItems({ truth, profile, node, key, qos: qos.value, money: money.value, checks: report, update });
}

export interface AttentionCardProps {
  readonly items: readonly AttentionItem[];
  readonly onUnlock: () => void;
}

/** Worst first, each with its fix. */
export function AttentionCard({ items, onUnlock }: AttentionCardProps) {
  const { t } = useTranslation('overview');
  const { profile } = useNode();
  const navigate = useNavigate();
  const host = useHostClient();
  const { id } = profile.profile;
  const again = useAct(async () => host().profiles.start({ id }));
  const restart = useAct(async () => {
    await host().profiles.stop({ id });
    await host().profiles.start({ id });
  });
  const [confirming, setConfirming] = useState(false);
  const client = useNodeClient();
  const confirmAlone = useAct(async () => {
    await client().checks.confirmAlone({});
    setConfirming(false);
  });
  const go = (path: string) => () => void navigate(path);
  const actions: Readonly<Record<AttentionKind, () => void>> = {
    slashed: go(nodePath(id, 'trust')),
    doppelganger: () => setConfirming(true),
    notBackedUp: go('/settings/keys'),
    kickedOut: go(nodePath(id, 'trust')),
    workerFailed: () => void again.run(),
    locked: onUnlock,
    backoff: go(nodePath(id, 'logs')),
    nodeError: go(nodePath(id, 'logs')),
    engineDown: go(nodePath(id, 'logs')),
    chainDown: go(nodePath(id, 'wallet')),
    selfTest: go(nodePath(id, 'gpus')),
    excluded: go(nodePath(id, 'trust')),
    belowKickOut: go(nodePath(id, 'trust')),
    gpuRefuses: go(nodePath(id, 'gpus')),
    gpuProblem: go(nodePath(id, 'gpus')),
    moneyConflict: go(nodePath(id, 'earnings')),
    check: go(`/settings/nodes?check=${id}`),
    pendingRestart: () => void restart.run(),
    update: go('/settings/updates'),
  };
  const error = again.error ?? restart.error;
  return (
    <Card title={t('attention.title')} flush={items.length > 0} className="h-full">
      {items.length === 0 ? (
        <p className="flex items-start gap-2 text-soft">
          <ToneIcon tone="good" className="mt-0.5" />
          <span>
            <span className="font-medium text-ink">{t('attention.none')}</span> {t('attention.noneHint')}
          </span>
        </p>
      ) : (
        <ul>
          {items.map((item, index) => (
            <AttentionRow
              key={`${item.kind} ${item.params.code ?? ''}`}
              item={item}
              first={index === 0}
              busy={restart.busy || again.busy}
              onFix={actions[item.kind]}
            />
          ))}
        </ul>
      )}
      {error && (
        <div className="p-3">
          <ErrorNote error={error} />
        </div>
      )}
      <ConfirmDialog
        open={confirming}
        onClose={() => setConfirming(false)}
        title={t('alone.title')}
        confirmLabel={t('alone.confirm')}
        onConfirm={() => void confirmAlone.run()}
        typeToConfirm={t('alone.typed')}
        danger
        awaitsPerson
        busy={confirmAlone.busy}
        error={confirmAlone.error}
      >
        <p>{t('alone.text')}</p>
      </ConfirmDialog>
    </Card>
  );
}

interface RowProps {
  readonly item: AttentionItem;
  readonly first: boolean;
  readonly busy: boolean;
  readonly onFix: () => void;
}

function AttentionRow({ item: { kind, params, facts = {}, words }, first, busy, onFix }: RowProps) {
  const { t } = useTranslation('overview');
  const textOf = useHostText();
  const text = params.code === undefined ? null : textOf({ code: params.code, message: params.message ?? '', data: facts });
  const message = [text?.meaning, text?.cause, text?.remedy].filter((part) => part != null).join(' ');
  const quote = words ?? text?.quote ?? undefined;
  return (
    <li className={clsx('flex items-start gap-3 px-4 py-2.5', !first && 'border-t border-line')}>
      <ToneIcon tone={attentionTone(kind)} className="mt-0.5" />
      <div className="min-w-0 flex-1">
        <p className="font-medium">{t(`attention.${kind}.title`, { version: params.version ?? '' })}</p>
        <p className="break-words text-soft">{t(`attention.${kind}.text`, { message })}</p>
        {quote !== undefined && (
          <pre className="mt-1 max-h-48 overflow-auto whitespace-pre-wrap break-words rounded-md bg-raised p-2 font-mono text-xs">
            {quote}
          </pre>
        )}
      </div>
      <Button small disabled={busy} onClick={onFix}>
        {t(`attention.${kind}.action`)}
      </Button>
    </li>
  );
}
