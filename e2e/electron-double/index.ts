/** What the program imports as `electron`. Each part is type-checked against Electron's own declarations. */
import type Electron from 'electron';
import { app } from './app.ts';
import { BrowserWindow } from './browser-window.ts';
import { listenToTest } from './control.ts';
import {
  dialog,
  Menu,
  Notification,
  nativeImage,
  powerMonitor,
  powerSaveBlocker,
  protocol,
  safeStorage,
  screen,
  Tray,
} from './desktop.ts';
import { MessageChannelMain } from './message-ports.ts';
import { session } from './session.ts';
import { utilityProcess } from './utility-process.ts';
import { ipcMain } from './web-contents.ts';

export {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  MessageChannelMain,
  Notification,
  nativeImage,
  powerMonitor,
  powerSaveBlocker,
  protocol,
  safeStorage,
  screen,
  session,
  Tray,
  utilityProcess,
};

/** Fails to compile if a double has a name that Electron does not have; `Own` lists the tests' additions. */
type Fits<Real, Double, Own = never> = Exclude<keyof Double & string, keyof Real | Own> extends never ? true : never;

const fits: readonly [
  Fits<Electron.App, typeof app, 'switches'>,
  Fits<Electron.BrowserWindow, BrowserWindow, 'options' | 'visible'>,
  Fits<Electron.WebContents, BrowserWindow['webContents'], 'page' | 'load' | 'open'>,
  Fits<Electron.MessagePortMain, MessageChannelMain['port1'], 'peer'>,
  Fits<Electron.Dialog, typeof dialog, 'answers' | 'folders'>,
  Fits<Electron.PowerSaveBlocker, typeof powerSaveBlocker, 'active'>,
  Fits<Electron.Protocol, typeof protocol>,
  Fits<Electron.SafeStorage, typeof safeStorage>,
  Fits<Electron.Screen, typeof screen>,
  Fits<Electron.Session, typeof session.defaultSession, 'cancels' | 'applyPermissions'>,
  Fits<Electron.Tray, Tray, 'toolTip' | 'menu'>,
  Fits<Electron.UtilityProcess, ReturnType<typeof utilityProcess.fork>>,
] = [true, true, true, true, true, true, true, true, true, true, true, true];

if (fits.length > 0 && process.send !== undefined) listenToTest();
