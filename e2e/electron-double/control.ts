/** How a test, the parent of the double's process, looks at what has no page, and pushes it. */
import { app, applicationBrowser } from './app.ts';
import { BrowserWindow } from './browser-window.ts';
import { Menu, Notification, powerMonitor, powerSaveBlocker, registered, Tray } from './desktop.ts';

/** What a test asks for; each order has a number, by which it is answered. */
export type OrderInput =
  | { readonly do: 'look' }
  | { readonly do: 'tray'; readonly label: string }
  | { readonly do: 'power'; readonly event: 'shutdown' | 'resume' }
  | { readonly do: 'closeWindow' }
  | { readonly do: 'secondStart'; readonly argv: readonly string[] }
  | { readonly do: 'quit' };

export type Order = OrderInput & { readonly id: number };

export interface Look {
  readonly debuggingUrl: string;
  readonly windows: readonly { readonly visible: boolean; readonly webPreferences: unknown; readonly url: string }[];
  readonly switches: readonly string[];
  readonly schemes: readonly { readonly scheme: string; readonly privileges: object }[];
  readonly tray: { readonly toolTip: string; readonly items: readonly (string | undefined)[] } | null;
  readonly menu: readonly (string | undefined)[];
  readonly notifications: readonly { readonly title: string; readonly body: string }[];
  readonly sleepBlocks: number;
}

async function look(): Promise<Look> {
  const tray = Tray.all.at(-1) ?? null;
  return {
    debuggingUrl: (await applicationBrowser.open()).debuggingUrl,
    windows: BrowserWindow.all.map(({ visible, options, webContents }) => ({
      visible,
      webPreferences: options.webPreferences,
      url: webContents.mainFrame.url,
    })),
    switches: [...app.switches],
    schemes: registered,
    tray: tray === null ? null : { toolTip: tray.toolTip, items: tray.menu?.items.map(({ label }) => label) ?? [] },
    menu: Menu.application?.items.map(({ label, role }) => label ?? role) ?? [],
    notifications: Notification.shown.map(({ title, body }) => ({ title, body })),
    sleepBlocks: powerSaveBlocker.active.size,
  };
}

async function obey(order: Order): Promise<unknown> {
  switch (order.do) {
    case 'look':
      return look();
    case 'tray': {
      const item = Tray.all.at(-1)?.menu?.items.find(({ label }) => label === order.label);
      if (item?.click === undefined) throw new Error(`the tray has no ${order.label}`);
      return item.click();
    }
    case 'power':
      return void powerMonitor.emit(order.event, { preventDefault() {} });
    case 'closeWindow':
      return BrowserWindow.all[0]?.close();
    case 'secondStart':
      return void app.emit('second-instance', {}, [...order.argv]);
    case 'quit':
      return app.quit();
  }
}

export function listenToTest(): void {
  process.on('message', (order: Order) => {
    obey(order).then(
      (result) => process.send?.({ id: order.id, result }),
      (error: unknown) => process.send?.({ id: order.id, error: String(error) }),
    );
  });
}
