import { app, Notification } from 'electron';
import { type Settings, settingsSchema } from '../../contract/settings.ts';
import { followNodes } from '../live-nodes.ts';
import { noticesBetween } from '../live-state.ts';
import type { ShellModule } from '../module.ts';
import { languageOf, WORDS } from '../words.ts';

/** Tells what the host has asked to be told, once, with a way to the screen that explains it. */
export function notificationsModule(): ShellModule {
  const watching = new AbortController();
  return {
    name: 'notifications',
    load(shell) {
      if (shell.host === null || !Notification.isSupported()) return;
      const { client } = shell.host;
      const { signal } = watching;
      let settings: Settings = settingsSchema.parse({});
      const ended = (error: unknown): void => {
        if (!signal.aborted) shell.log.warn({ err: error }, 'notifications no longer follow the nodes');
      };
      void (async () => {
        for await (const now of await client.settings.watch({}, { signal })) settings = now;
      })().catch(ended);
      void followNodes(client, signal, ({ changed }) => {
        if (changed === null) return;
        const words = WORDS[languageOf(settings.language, app.getLocale())];
        const { profile } = changed.after;
        for (const notice of noticesBetween(changed.before, changed.after)) {
          if (!settings.notifications[notice]) continue;
          const shown = new Notification({ title: profile.name, body: `${profile.name} ${words.notice[notice]}` });
          shown.on('click', () => shell.window?.show(`/trust?profile=${profile.id}`));
          shown.show();
        }
      }).catch(ended);
    },
    quit: () => watching.abort(),
  };
}
