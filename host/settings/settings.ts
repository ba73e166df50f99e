/** The settings of the program, in one file; when a change counts says SETTING_EFFECT of the contract. */
import { type Settings, type SettingsChange, settingsChangeSchema, settingsSchema } from '../../contract/settings.ts';
import { createDataFile } from '../data-file.ts';
import { HostError } from '../errors.ts';

export interface SettingsStore {
  get(): Settings;
  /** What is left out stays; on disk when it returns. */
  change(change: SettingsChange): Settings;
  /** Called after every change; the answer ends it. */
  watch(listener: (settings: Settings) => void): () => void;
}

export interface SettingsOptions {
  readonly file: string;
  /** Hears that a copy, or the defaults, took the place of a damaged file. */
  readonly onRestored?: (problem: HostError) => void;
}

/** @throws HostError HOST_FILE_NEWER, HOST_FILE_UNREADABLE */
export function openSettings({ file, onRestored = () => {} }: SettingsOptions): SettingsStore {
  const data = createDataFile({ path: file, schema: settingsSchema, onRestored });
  // How the window looks is no reason for a node to stay down.
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
