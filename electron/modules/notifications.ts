import { app, Notification } from 'electron';
import type { ProfileView } from '../../contract/profiles.ts';
import { type Notice, type Settings, settingsSchema } from '../../contract/settings.ts';
import type { ShellHost } from '../host.ts';
import { followNodes } from '../live-nodes.ts';
import { noticesBetween } from '../live-state.ts';
import { followTasks } from '../live-tasks.ts';
import type { ShellModule } from '../module.ts';
import { languageOf, WORDS } from '../words.ts';

/** Tells what the host has asked to be told, once, with a way to the screen that explains it. */
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
        if (!settings.notifications[notice]) return;
        const words = WORDS[languageOf(settings.language, app.getLocale())].notice;
        const body = notice === 'updateReady' ? words.updateReady : `${title} ${words[notice]}`;
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
      const followLiving = taskFollower(host, signal, tellOfNode);
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

/** Follows the tasks of each process once, however often its view changes. */
function taskFollower(host: ShellHost, signal: AbortSignal, told: (view: ProfileView, notice: Notice) => void) {
  const followed = new Map<string, number>();
  return (view: ProfileView): void => {
    const { profile, worker } = view;
    if (worker.kind !== 'running' || view.node === null || followed.get(profile.id) === worker.pid) return;
    const node = host.node(profile.id);
    if (node === null) return;
    followed.set(profile.id, worker.pid);
    // Its end is the end of its process, or it was too early: the next view of the node tries again.
    followTasks(node, signal, (notice) => told(view, notice)).catch(() => followed.delete(profile.id));
  };
}
