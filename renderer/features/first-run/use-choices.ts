import { useCallback, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useHostRead } from '../../rpc/hooks.ts';
import { useHostClient } from '../../state/app-context.ts';
import { type Choices, firstRunDraftOf, isStep, NO_CHOICES, restoreChoices, type Step } from './choices.ts';

const SAVE_DELAY_MS = 300;

export interface FirstRunState {
  readonly choices: Choices;
  change(part: Partial<Choices>): void;
  /** False until the saved choices have been read. Nothing is shown until then, so that nothing is overwritten. */
  readonly ready: boolean;
  /** The step where the host left; null = a fresh start. */
  readonly savedStep: Step | null;
  startOver(): void;
  /** The node exists, so the saved choices are dropped. */
  finish(): Promise<void>;
}

/** The first run's choices outlive the page: they are stored in the data directory until the node is created. */
export function useChoices(step: Step): FirstRunState {
  const { t } = useTranslation('firstRun');
  const host = useHostClient();
  const [choices, setChoices] = useState<Choices>(() => ({ ...NO_CHOICES, name: t('defaultName') }));
  const [ready, setReady] = useState(false);
  const [savedStep, setSavedStep] = useState<Step | null>(null);
  const changed = useRef(false);
  const pendingSave = useRef<(() => void) | null>(null);
  const read = useHostRead('first run', async (client, signal) => {
    const { draft } = await client.firstRun.draft({}, { signal });
    if (draft === null) return { draft, choices: null };
    const [{ keys }, { networks }, { engines }] = await Promise.all([
      client.keys.list({}, { signal }),
      client.networks.list({}, { signal }),
      client.engines.list({}, { signal }),
    ]);
    const addresses = keys.filter(({ archived }) => !archived).map(({ address }) => address);
    const found = restoreChoices(draft, { addresses, networks, engines });
    if (found.cardIds.length === 0) return { draft, choices: found };
    // A card that is gone must be chosen again.
    const report = await client.gpus.report({ ids: [...found.cardIds] }, { signal }).catch(() => null);
    if (report === null) return { draft, choices: { ...found, cardIds: [] } };
    return { draft, choices: { ...found, report: { name: report.reportedName, vramGib: report.reportedVramGib } } };
  });
  useEffect(() => {
    if (ready || read.loading) return;
    if (read.value !== null && read.value.draft !== null) {
      const { draft, choices: found } = read.value;
      if (found !== null) setChoices(found);
      setSavedStep(isStep(draft.step) ? draft.step : null);
    }
    setReady(true);
  }, [ready, read.loading, read.value]);

  const change = useCallback((part: Partial<Choices>) => {
    changed.current = true;
    setChoices((was) => ({ ...was, ...part }));
  }, []);
  useEffect(() => {
    if (!ready || !changed.current) return;
    const save = () => {
      pendingSave.current = null;
      void host()
        .firstRun.keepDraft({ draft: firstRunDraftOf(choices, step) })
        .catch(() => {});
    };
    pendingSave.current = save;
    const timer = setTimeout(save, SAVE_DELAY_MS);
    return () => clearTimeout(timer);
  }, [ready, choices, step, host]);
  // A change made just before leaving is saved too.
  useEffect(() => () => pendingSave.current?.(), []);

  const forget = useCallback(async () => {
    changed.current = false;
    pendingSave.current = null;
    await host().firstRun.keepDraft({ draft: null });
  }, [host]);
  return {
    choices,
    change,
    ready,
    savedStep,
    finish: forget,
    startOver() {
      setSavedStep(null);
      setChoices({ ...NO_CHOICES, name: t('defaultName') });
      void forget().catch(() => {});
    },
  };
}
