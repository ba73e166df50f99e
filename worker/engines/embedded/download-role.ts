/** Download jobs: a model of the catalogue is on disk when the job succeeds. RELAY_PROTOCOL 8.8, 9.2. */
import { startStopwatch } from '../../../protocol/monotonic.ts';
import { systemClock } from '../../kit/system-clock.ts';
import { EngineError } from '../errors.ts';
import type { Catalogue } from '../models/catalogue.ts';
import { downloadModel } from '../models/download-model.ts';
import type { EngineTask } from './session.ts';

const PROGRESS_EVERY_MS = 1000;

export function createDownloadRole(input: {
  catalogue: Catalogue;
  hubUrl: string;
  /** Progress of the current download, about once per second. */
  say: (line: object) => void;
}): (task: EngineTask) => Promise<void> {
  const { catalogue, hubUrl, say } = input;
  return async (task) => {
    if (task.task_name !== 'download') return;
    const { id, variant } = task.model;
    const model = catalogue.find(id, variant);
    if (model === undefined) throw new EngineError('MODEL_UNKNOWN', `model ${id} is in no catalogue`, { model: id });
    let sinceSaid: (() => number) | null = null;
    await downloadModel({
      model,
      hubUrls: [hubUrl],
      clock: systemClock,
      onProgress: (progress) => {
        if (sinceSaid !== null && sinceSaid() < PROGRESS_EVERY_MS) return;
        sinceSaid = startStopwatch(systemClock);
        say({ event: 'progress', model: id, ...progress });
      },
    });
  };
}
