/** The settings of the program, in one file. SETTING_EFFECT in the contract says when a change takes effect. */
import { type Settings, type SettingsChange, settingsChangeSchema, settingsSchema } from '../../contract/settings.ts';
import { createDataFile } from '../data-file.ts';
import { HostError } from '../errors.ts';

export interface SettingsStore {
  get(): Settings;
  /** Fields that are left out are unchanged. On disk when it returns. */
  change(change: SettingsChange): Settings;
  /** Calls back after every change. @returns unsubscribe */
  watch(listener: (settings: Settings) => void): () => void;
}

export interface SettingsOptions {
  readonly file: string;
  /** Called after a damaged file was replaced by its copy or the defaults. */
  readonly onRestored?: (problem: HostError) => void;
}

/** @throws HostError HOST_FILE_NEWER, HOST_FILE_UNREADABLE */
export function openSettings({ file, onRestored = () => {} }: SettingsOptions): SettingsStore {
  const data = createDataFile({ path: file, schema: settingsSchema, onRestored });
  // Damaged settings must not keep nodes from running.
  const kept = data.readOrSetAside(({ message }, aside) =>
    onRestored(new HostError('HOST_FILE_RESTORED', `${message}. The default settings are used`, { file, kept: aside })),
  );
  let settings = kept ?? settingsSchema.parse({});
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
