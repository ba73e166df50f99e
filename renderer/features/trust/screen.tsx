import { useTranslation } from 'react-i18next';
import { useParams, useSearchParams } from 'react-router';
import { useNodeRead, useRefresh } from '../../rpc/hooks.ts';
import { useTruth } from '../../state/truth.ts';
import { ToneIcon } from '../../ui/badge.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { NodeOrRecords, RunningNodeOnly } from '../../ui/running-node-only.tsx';
import { Screen } from '../../ui/screen.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { CaseView } from './case-view.tsx';
import { ProtectionCard } from './protection-card.tsx';
import { QosView } from './qos-view.tsx';
import { standingSummary } from './standing-summary.ts';
import { TimelineView } from './timeline-view.tsx';

const TABS = ['happened', 'qos', 'protection'] as const;
type Tab = (typeof TABS)[number];

const REFRESH_MS = 60_000;
/** The number of cases read at once; a node with more has other worries. */
const MAX_CASES = 200;

export function TrustScreen() {
  const { t } = useTranslation('trust');
  const { caseId } = useParams();
  return (
    <Screen wide title={t('title')}>
      <NodeOrRecords>{caseId === undefined ? <Standing /> : <CaseView key={caseId} id={caseId} />}</NodeOrRecords>
    </Screen>
  );
}

function Standing() {
  const { t } = useTranslation('trust');
  const [params, setParams] = useSearchParams();
  const truth = useTruth();
  const { barred } = truth;
  const cases = useNodeRead('cases', (node, signal) => node.trust.cases({ limit: MAX_CASES }, { signal }));
  const qos = useNodeRead('qos', (node, signal) => node.trust.qos({}, { signal }));
  useRefresh(cases, REFRESH_MS, truth.life);
  useRefresh(qos, REFRESH_MS, truth.life);
  const tab = TABS.find((each) => each === params.get('tab')) ?? 'happened';
  // For a stopped node it may never have been read, which is not an error.
  const error = cases.error ?? (truth.life === 'stopped' || truth.life === 'failed' ? null : qos.error);
  const lead = standingSummary({ barred, cases: cases.value?.cases ?? null, qos: qos.value });
  const contents: Readonly<Record<Tab, React.ReactNode>> = {
    happened: cases.value && <TimelineView cases={cases.value.cases} qos={qos.value} />,
    qos: qos.value === null ? <RunningNodeOnly>{null}</RunningNodeOnly> : <QosView qos={qos.value} />,
    protection: <ProtectionCard />,
  };
  return (
    <>
      {error && <ErrorNote error={error} />}
      {lead && (
        <p className="flex items-center gap-2 text-base">
          <ToneIcon tone={lead.tone} className="size-5" />
          {t(`lead.${lead.word}`)}
        </p>
      )}
      <Tabs
        label={t('tabs.label')}
        value={tab}
        onChange={(next) => setParams(next === 'happened' ? {} : { tab: next }, { replace: true })}
        tabs={TABS.map((value) => ({ value, label: t(`tabs.${value}`), content: contents[value] }))}
      />
    </>
  );
}
