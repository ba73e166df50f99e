import { app, powerMonitor, powerSaveBlocker } from 'electron';
import type { ProfileView } from '../../contract/profiles.ts';
import { followNodes } from '../../host/notices/live-nodes.ts';
import { mustStayAwake } from '../live-state.ts';
import type { ShellModule } from '../module.ts';

/** No sleep while a task runs; an orderly end when the machine shuts down; a fresh look after it slept. */
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
        if (!watching.signal.aborted) shell.log.warn({ err: error }, 'sleep is no longer kept off');
      });
      powerMonitor.on('shutdown', () => app.quit());
      powerMonitor.on('resume', () => {
        // Checks read the network's clock anew: what was signed before the sleep is old by now.
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
