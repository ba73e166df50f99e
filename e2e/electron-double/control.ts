/** How a test, the parent of the double's process, inspects and controls what has no page. */

import { readFileSync } from 'node:fs';
import { app, applicationBrowser } from './app.ts';
import { BrowserWindow } from './browser-window.ts';
import { dialog, journal, Menu, Notification, powerMonitor, powerSaveBlocker, registered, Tray } from './desktop.ts';
import { ipcMain } from './web-contents.ts';

/** Requests of a test; each has a number, which its answer repeats. */
export type OrderInput =
  | { readonly do: 'look' }
  | { readonly do: 'tray'; readonly label: string }
  | { readonly do: 'power'; readonly event: 'shutdown' | 'resume' }
  | { readonly do: 'clickNotification' }
  | { readonly do: 'closeWindow' }
  | { readonly do: 'moveWindow'; readonly bounds: Bounds }
  | { readonly do: 'secondStart'; readonly argv: readonly string[] }
  /** A message as sent by a frame that is not the window's own top frame. */
  | { readonly do: 'sendFrom'; readonly who: Stranger; readonly channel: string; readonly message: unknown }
  /** Which button will be pressed in the next dialog. */
  | { readonly do: 'answerDialog'; readonly button: number }
  /** Which folder will be chosen in the next dialog. */
  | { readonly do: 'chooseFolder'; readonly folder: string }
  | { readonly do: 'quit' };

type Bounds = ReturnType<BrowserWindow['getNormalBounds']>;

/**
 * Another window's page, a frame inside the window's page, the window's page after it has navigated elsewhere, a frame
 * that is gone.
 */
export type Stranger = 'otherWindow' | 'subframe' | 'otherPage' | 'goneFrame';

type Order = OrderInput & { readonly id: number };

export interface ShellState {
  readonly debuggingUrl: string;
  readonly windows: readonly {
    readonly visible: boolean;
    readonly webPreferences: unknown;
    readonly url: string;
    readonly bounds: Bounds;
  }[];
  readonly switches: readonly string[];
  readonly schemes: readonly { readonly scheme: string; readonly privileges: object }[];
  readonly tray: { readonly toolTip: string; readonly items: readonly (string | undefined)[] } | null;
  readonly menu: readonly (string | undefined)[];
  readonly notifications: readonly { readonly title: string; readonly body: string }[];
  readonly sleepBlocks: number;
  /** Starts of Electron's own binary that the test did not make, by their arguments. */
  readonly starts: readonly string[];
  /** Everything since the start. */
  readonly journal: readonly string[];
}

async function readState(): Promise<ShellState> {
  const tray = Tray.all.at(-1) ?? null;
  return {
    debuggingUrl: (await applicationBrowser.open()).debuggingUrl,
    windows: BrowserWindow.all.map((window) => ({
      visible: window.visible,
      webPreferences: window.options.webPreferences,
      url: window.webContents.mainFrame.url,
      bounds: window.getNormalBounds(),
    })),
    switches: [...app.switches],
    schemes: registered,
    tray: tray === null ? null : { toolTip: tray.toolTip, items: tray.menu?.items.map(({ label }) => label) ?? [] },
    menu: Menu.application?.items.map(({ label, role }) => label ?? role) ?? [],
    notifications: Notification.shown.map(({ title, body }) => ({ title, body })),
    sleepBlocks: powerSaveBlocker.active.size,
    starts: readFileSync(`${process.execPath}.starts`, 'utf8')
      .split('\n')
      .filter((line) => line !== ''),
    journal: [...journal],
  };
}

/** @returns how many messages came back */
function sendFrom(who: Stranger, channel: string, message: unknown): number {
  const own = BrowserWindow.all[0]?.webContents;
  if (own === undefined) throw new Error('there is no window');
  const { mainFrame, postMessage } = own;
  const url = mainFrame.url;
  let answers = 0;
  const countAnswer = (): void => {
    answers += 1;
  };
  own.postMessage = countAnswer;
  if (who === 'otherPage') mainFrame.url = 'https://elsewhere.test/index.html';
  const events = {
    otherWindow: { sender: { mainFrame, postMessage: countAnswer }, senderFrame: mainFrame },
    subframe: { sender: own, senderFrame: { url } },
    otherPage: { sender: own, senderFrame: mainFrame },
    goneFrame: { sender: own, senderFrame: null },
  };
  try {
    ipcMain.emit(channel, events[who], message);
  } finally {
    own.postMessage = postMessage;
    mainFrame.url = url;
  }
  return answers;
}

async function runOrder(order: Order): Promise<unknown> {
  switch (order.do) {
    case 'look':
      return readState();
    case 'tray': {
      const item = Tray.all.at(-1)?.menu?.items.find(({ label }) => label === order.label);
      if (item?.click === undefined) throw new Error(`the tray has no ${order.label}`);
      return item.click();
    }
    case 'power':
      return void powerMonitor.emit(order.event, { preventDefault() {} });
    case 'clickNotification':
      return void Notification.shown.at(-1)?.emit('click');
    case 'moveWindow':
      return BrowserWindow.all[0]?.setBounds(order.bounds);
    case 'answerDialog':
      return void dialog.answers.push(order.button);
    case 'chooseFolder':
      return void dialog.folders.push(order.folder);
    case 'closeWindow':
      return BrowserWindow.all[0]?.close();
    case 'secondStart':
      return void app.emit('second-instance', {}, [...order.argv]);
    case 'sendFrom':
      return sendFrom(order.who, order.channel, order.message);
    case 'quit':
      return app.quit();
  }
}

export function listenToTest(): void {
  process.on('message', (order: Order) => {
    runOrder(order).then(
      (result) => process.send?.({ id: order.id, result }),
      (error: unknown) => process.send?.({ id: order.id, error: String(error) }),
    );
  });
}
