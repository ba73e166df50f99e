import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SelfTestOrder, SelfTestView } from '../../../contract/gpu.ts';
import { useAct } from '../../rpc/hooks.ts';
import { useApp, useNodeClient, useNodeView } from '../../state/app-context.ts';
import { Badge, type Tone } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Card, Fact, Facts } from '../../ui/card.tsx';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { durationText } from '../../ui/duration.ts';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Hash } from '../../ui/hash.tsx';
import { Time } from '../../ui/time.tsx';
import { Working } from '../../ui/working.tsx';
import { ProblemNote } from './problem-note.tsx';

const TONES = { due: 'info', passed: 'good', failed: 'bad', changed: 'warn', rejected: 'bad' } as const satisfies Record<
  SelfTestView['state'],
  Tone
>;
const DONE_TEXTS = {
  run: 'selfTest.ordered',
  cancel: 'selfTest.cancelled',
  accept: 'selfTest.accepted',
  reject: 'selfTest.rejected',
} as const;

export function SelfTestCard() {
  const { t } = useTranslation('gpus');
  const { toasts } = useApp();
  const node = useNodeClient();
  const test = useNodeView()?.gpu?.selfTest ?? null;
  const [accepting, setAccepting] = useState(false);
  const order = useAct(async (what: SelfTestOrder) => {
    await node().node.selfTest({ order: what });
    toasts.getState().push({ tone: what === 'reject' || what === 'cancel' ? 'info' : 'good', text: t(DONE_TEXTS[what]) });
    setAccepting(false);
    return true;
  });
  const state = test?.state ?? null;
  return (
    <Card title={t('selfTest.title')} aside={state !== null && <Badge tone={TONES[state]}>{t(`selfTest.state.${state}`)}</Badge>}>
      <div className="flex flex-col gap-3">
        <p className="text-[13px] text-soft">{t('selfTest.hint')}</p>
        {test === null ? <p>{t('selfTest.off')}</p> : <Result test={test} />}
        {test !== null && test.progress !== 'none' && (
          <Working
            label={t(`selfTest.${test.progress}`)}
            onCancel={test.progress === 'waiting' ? () => void order.run('cancel') : undefined}
          />
        )}
        {order.error && !accepting && <ErrorNote error={order.error} />}
        {test !== null && (
          <div className="flex flex-wrap justify-end gap-2">
            {state === 'changed' && (
              <>
                <Button busy={order.busy} onClick={() => void order.run('reject')}>
                  {t('selfTest.reject')}
                </Button>
                <Button onClick={() => setAccepting(true)}>{t('selfTest.accept')}</Button>
              </>
            )}
            <Button busy={order.busy} disabled={test.progress !== 'none'} onClick={() => void order.run('run')}>
              {t('selfTest.run')}
            </Button>
          </div>
        )}
      </div>
      <ConfirmDialog
        open={accepting}
        onClose={() => {
          order.clear();
          setAccepting(false);
        }}
        title={t('selfTest.acceptTitle')}
        confirmLabel={t('selfTest.acceptConfirm')}
        onConfirm={() => void order.run('accept')}
        danger
        awaitsPerson
        busy={order.busy}
        error={order.error}
      >
        <p>{t('selfTest.acceptText')}</p>
        {test !== null && <Scores test={test} />}
      </ConfirmDialog>
    </Card>
  );
}

function Result({ test }: { readonly test: SelfTestView }) {
  const { t, i18n } = useTranslation('gpus');
  const changed = test.changed.map((what) => t(`selfTest.changes.${what}`));
  return (
    <>
      {test.problem !== null && <ProblemNote problem={test.problem} />}
      <Facts>
        <Fact name={t('selfTest.tested')}>
          <Time atMs={test.testedAtMs} />
        </Fact>
        {test.seconds !== null && <Fact name={t('selfTest.took')}>{durationText(test.seconds * 1_000, i18n.language)}</Fact>}
        {changed.length > 0 && <Fact name={t('selfTest.changed')}>{new Intl.ListFormat(i18n.language).format(changed)}</Fact>}
      </Facts>
      <Scores test={test} />
    </>
  );
}

function Scores({ test: { score, expectedScore } }: { readonly test: SelfTestView }) {
  const { t } = useTranslation('gpus');
  return (
    <Facts>
      {score !== null && (
        <Fact name={t('selfTest.result')}>
          <Hash value={score} what={t('selfTest.result')} />
        </Fact>
      )}
      {expectedScore !== null && (
        <Fact name={t('selfTest.expected')}>
          <Hash value={expectedScore} what={t('selfTest.expected')} />
        </Fact>
      )}
    </Facts>
  );
}
