import { app, Menu, type MenuItemConstructorOptions, nativeImage, Tray } from 'electron';
import type { Settings } from '../../contract/settings.ts';
import { followNodes } from '../../host/notices/live-nodes.ts';
import { type TrayNode, trayOf } from '../live-state.ts';
import type { Shell, ShellModule } from '../module.ts';
import { languageOf, SHELL_TEXTS } from '../texts.ts';

/** The live state of every node without a window, in words, because many people cannot tell icons apart by colour. */
export function trayModule(): ShellModule {
  const watching = new AbortController();
  let tray: Tray | null = null;
  return {
    name: 'tray',
    load(shell) {
      if (shell.host === null) return;
      const { client } = shell.host;
      tray = new Tray(nativeImage.createFromPath(shell.paths.trayIcon));
      tray.on('click', () => shell.window?.show());
      let language: Settings['language'] = null;
      let nodes = trayOf([]);
      const draw = (): void => {
        if (tray === null || tray.isDestroyed()) return;
        const texts = SHELL_TEXTS[languageOf(language, app.getLocale())];
        const lines = nodes.nodes.map(({ name, life }) => `${name}: ${texts.state[life]}`);
        tray.setToolTip(['Crynux Node Desktop', ...lines].join('\n'));
        tray.setContextMenu(Menu.buildFromTemplate(menuOf(shell, texts, nodes.nodes)));
      };
      draw();
      void follow(shell, watching.signal, async (signal) => {
        for await (const settings of await client.settings.watch({}, { signal })) {
          language = settings.language;
          draw();
        }
      });
      void follow(shell, watching.signal, (signal) =>
        followNodes(client, signal, ({ all }) => {
          nodes = trayOf(all);
          draw();
        }),
      );
    },
    quit() {
      watching.abort();
      tray?.destroy();
    },
  };
}

async function follow(shell: Shell, signal: AbortSignal, run: (signal: AbortSignal) => Promise<void>): Promise<void> {
  try {
    await run(signal);
  } catch (error) {
    if (!signal.aborted) shell.log.warn({ err: error }, 'the tray no longer follows the nodes');
  }
}

function menuOf(shell: Shell, texts: (typeof SHELL_TEXTS)['en'], nodes: readonly TrayNode[]): MenuItemConstructorOptions[] {
  const states = nodes.map(({ name, life }) => `${name}: ${texts.state[life]}`);
  return [
    ...(states.length === 0 ? [texts.noNodes] : states).map((label): MenuItemConstructorOptions => ({ label, enabled: false })),
    { type: 'separator' },
    { label: texts.show, click: () => shell.window?.show() },
    { label: texts.pauseAll, enabled: canAny(nodes, 'pause'), click: () => orderAll(shell, nodes, 'pause') },
    { label: texts.resumeAll, enabled: canAny(nodes, 'resume'), click: () => orderAll(shell, nodes, 'resume') },
    { type: 'separator' },
    { label: texts.quit, click: () => app.quit() },
  ];
}

const canAny = (nodes: readonly TrayNode[], what: 'pause' | 'resume') => nodes.some(({ controls }) => controls.includes(what));

/** Current tasks are finished first. Slashed nodes are skipped: rejoining would stake again. */
function orderAll(shell: Shell, nodes: readonly TrayNode[], what: 'pause' | 'resume'): void {
  for (const { id, controls } of nodes) {
    if (!controls.includes(what)) continue;
    const node = shell.host?.node(id)?.node;
    const done = what === 'pause' ? node?.pause({}) : node?.resume({});
    done?.catch((error: unknown) => shell.log.warn({ err: error, profile: id }, `a node could not ${what}`));
  }
}
