import { app, powerMonitor, powerSaveBlocker } from 'electron';
import type { ProfileView } from '../../contract/profiles.ts';
import { followNodes } from '../../host/notices/live-nodes.ts';
import { mustStayAwake } from '../live-state.ts';
import type { ShellModule } from '../module.ts';

/**
 * Prevents sleep while a task is running, ends in order when the machine shuts down, and repeats the checks after
 * sleep.
 */
export function powerModule(): ShellModule {
  const watching = new AbortController();
  let blocker: number | null = null;
  let profiles: readonly ProfileView[] = [];

  function block(wanted: boolean): void {
    if (wanted && blocker === null) blocker = powerSaveBlocker.start('prevent-app-suspension');
    if (!wanted && blocker !== null) {
      powerSaveBlocker.stop(blocker);
      blocker = null;
    }
  }

  return {
    name: 'power',
    load(shell) {
      const { host } = shell;
      if (host === null) return;
      void followNodes(host.client, watching.signal, ({ all }) => {
        profiles = all;
        block(mustStayAwake(all));
      }).catch((error: unknown) => {
        if (!watching.signal.aborted) shell.log.warn({ err: error }, 'sleep is no longer prevented');
      });
      powerMonitor.on('shutdown', () => app.quit());
      powerMonitor.on('resume', () => {
        // The checks read the network's clock again, because signatures from before the sleep are too old.
        for (const { profile } of profiles) {
          const node = host.node(profile.id);
          node?.checks.run({}).catch((error: unknown) => shell.log.warn({ err: error }, 'no check after the sleep'));
        }
      });
    },
    quit() {
      watching.abort();
      block(false);
    },
  };
}
