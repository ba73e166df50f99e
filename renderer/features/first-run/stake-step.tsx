import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import type { NetworkView } from '../../../contract/host-contract.ts';
import { nodePath } from '../../app/screens.ts';
import { useAct, useHostRead } from '../../rpc/hooks.ts';
import { useApp, useHostClient } from '../../state/app-context.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Field, TextInput } from '../../ui/field.tsx';
import { moneyText } from '../../ui/money.tsx';
import { Switch } from '../../ui/switch.tsx';
import { isFunded, profileDraftOf, type Step, stakeProblem } from './choices.ts';
import { FundingPanel } from './funding-panel.tsx';
import { StepHeader, type StepProps } from './step-parts.tsx';

interface StakeStepProps extends StepProps {
  readonly open: readonly Step[];
  readonly onCreated: () => Promise<void>;
}

export function StakeStep({ choices, change, open, onCreated }: StakeStepProps) {
  const { t } = useTranslation('firstRun');
  const { network, stake, name, autoStart } = choices;
  const asked = useMinimumStake(network);
  const known = asked.value?.minimumWei ?? null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once per answer.
  useEffect(() => {
    if (known !== choices.minimumWei) change({ minimumWei: known });
  }, [known]);
  const minimumWei = known ?? network?.minStakeWei ?? null;
  const minimum = minimumWei === null ? null : moneyText(BigInt(minimumWei));
  const problem = stake === '' ? null : stakeProblem(choices);
  const problemText = problem === null ? null : t(`stake.${problem}`, { minimum: minimum ?? '' });
  return (
    <>
      <StepHeader title={t('stake.title')} lead={t('stake.lead')} />
      <div className="grid grid-cols-1 gap-4 sm:grid-cols-2">
        <Field
          label={t('stake.amount')}
          problem={problemText}
          {...(minimum === null ? {} : { hint: t(known === null ? 'stake.amountGuess' : 'stake.amountHint', { minimum }) })}
        >
          {(control) => (
            <TextInput
              {...control}
              inputMode="decimal"
              value={stake}
              onChange={(event) => change({ stake: event.target.value })}
            />
          )}
        </Field>
        <Field label={t('stake.name')}>
          {(control) => (
            <TextInput {...control} maxLength={60} value={name} onChange={(event) => change({ name: event.target.value })} />
          )}
        </Field>
      </div>
      <FundingPanel choices={choices} change={change} />
      <div className="flex items-center gap-3">
        <Switch id="auto-start" checked={autoStart} onChange={(checked) => change({ autoStart: checked })} />
        <label htmlFor="auto-start">{t('stake.autoStart')}</label>
      </div>
      <Finish choices={choices} open={open} onCreated={onCreated} />
    </>
  );
}

/** The minimum that the network's contract requires now. */
function useMinimumStake(network: NetworkView | null) {
  return useHostRead(`minimum stake ${network?.id ?? ''}`, async (client, signal) =>
    network === null ? null : client.networks.minimumStake({ id: network.id }, { signal }),
  );
}

function Finish({ choices, open, onCreated }: Pick<StakeStepProps, 'choices' | 'open' | 'onCreated'>) {
  const { t } = useTranslation('firstRun');
  const { toasts } = useApp();
  const navigate = useNavigate();
  const host = useHostClient();
  const draft = profileDraftOf(choices);
  const create = useAct(async (start: boolean) => {
    if (draft === null) return;
    const { profile } = await host().profiles.create({ draft });
    await onCreated();
    if (start) await host().profiles.start({ id: profile.id });
    const text = t(start ? 'stake.started' : 'stake.created', { name: profile.name });
    toasts.getState().push({ tone: 'good', text });
    await navigate(nodePath(profile.id, 'overview'));
  });
  return (
    <>
      {open.length > 0 && (
        <div className="flex flex-col gap-1 text-soft">
          <p className="flex flex-wrap gap-x-3">
            {t('stake.missing')}
            {open.map((step) => (
              <Link key={step} to={`/first-run/${step}`} className="text-accent underline">
                {t(`steps.${step}`)}
              </Link>
            ))}
          </p>
          <p>{t('stake.waits')}</p>
        </div>
      )}
      {open.length === 0 && isFunded(choices) === false && <p className="text-soft">{t('stake.unfunded')}</p>}
      {create.error && <ErrorNote error={create.error} />}
      <div className="flex flex-wrap gap-2">
        <Button tone="primary" disabled={draft === null} busy={create.busy} onClick={() => void create.run(true)}>
          {t('stake.finish')}
        </Button>
        <Button disabled={draft === null || create.busy} onClick={() => void create.run(false)}>
          {t('stake.create')}
        </Button>
      </div>
    </>
  );
}
