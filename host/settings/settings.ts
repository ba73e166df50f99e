/** The settings of the program, in one file; when a change counts says SETTING_EFFECT of the contract. */
import { type Settings, type SettingsChange, settingsChangeSchema, settingsSchema } from '../../contract/settings.ts';
import { createDataFile } from '../data-file.ts';

export interface SettingsStore {
  get(): Settings;
  /** What is left out stays; on disk when it returns. */
  change(change: SettingsChange): Settings;
  /** Called after every change; the answer ends it. */
  watch(listener: (settings: Settings) => void): () => void;
}

/** @throws HostError HOST_FILE_DAMAGED, HOST_FILE_NEWER */
export function openSettings({ file }: { readonly file: string }): SettingsStore {
  const data = createDataFile({ path: file, schema: settingsSchema });
  let settings = data.read() ?? settingsSchema.parse({});
  const listeners = new Set<(settings: Settings) => void>();
  return {
    get: () => settings,
    change(raw) {
      const change = settingsChangeSchema.parse(raw);
      const notifications = { ...settings.notifications, ...change.notifications };
      const next = settingsSchema.parse({ ...settings, ...change, notifications });
      data.write(next);
      settings = next;
      for (const listener of listeners) listener(next);
      return next;
    },
    watch(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
