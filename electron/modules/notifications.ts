import { app, Notification } from 'electron';
import { isHeldBack, type Notice } from '../../contract/notify.ts';
import type { ProfileView } from '../../contract/profiles.ts';
import { type Settings, settingsSchema } from '../../contract/settings.ts';
import { followNodes } from '../../host/notices/live-nodes.ts';
import { noticesBetween, taskFollower } from '../../host/notices/node-notices.ts';
import { NOTICE_TEXTS } from '../../host/notices/notice-texts.ts';
import { systemClock } from '../../worker/kit/system-clock.ts';
import type { ShellModule } from '../module.ts';
import { languageOf } from '../texts.ts';

/** Shows the notifications that the host has enabled, once each, with a link to the screen that explains it. */
export function notificationsModule(): ShellModule {
  const watching = new AbortController();
  const { signal } = watching;
  return {
    name: 'notifications',
    load(shell) {
      const { host } = shell;
      if (host === null || !Notification.isSupported()) return;
      let settings: Settings = settingsSchema.parse({});

      function tell(notice: Notice, title: string, place: string): void {
        const now = new Date(systemClock.now());
        const held = isHeldBack(notice, settings.elsewhere, now.getHours() * 60 + now.getMinutes());
        if (!settings.notifications[notice] || held) return;
        const texts = NOTICE_TEXTS[languageOf(settings.language, app.getLocale())].notice;
        const body = notice === 'updateReady' ? texts.updateReady : `${title} ${texts[notice]}`;
        const shown = new Notification({ title, body });
        shown.on('click', () => shell.window?.show(place));
        shown.show();
      }

      const tellOfNode = ({ profile }: ProfileView, notice: Notice): void => {
        const screen = notice === 'payment' ? 'earnings' : 'trust';
        tell(notice, profile.name, `/${screen}?profile=${profile.id}`);
      };
      const follow = (run: () => Promise<void>): void => {
        run().catch((error: unknown) => {
          if (!signal.aborted) shell.log.warn({ err: error }, 'notifications no longer follow the program');
        });
      };
      const followLiving = taskFollower((id) => host.node(id), signal, tellOfNode);
      follow(async () => {
        for await (const now of await host.client.settings.watch({}, { signal })) settings = now;
      });
      follow(async () => {
        for await (const { kind } of await host.client.updates.watch({}, { signal }))
          if (kind === 'available' || kind === 'ready') tell('updateReady', app.name, '/settings/updates');
      });
      follow(() =>
        followNodes(host.client, signal, ({ all, changed }) => {
          if (changed !== null)
            for (const notice of noticesBetween(changed.before, changed.after)) tellOfNode(changed.after, notice);
          for (const view of all) followLiving(view);
        }),
      );
    },
    quit: () => watching.abort(),
  };
}
