import { EventEmitter } from 'node:events';

/** Messages of pages, by channel: the event, then the arguments. */
export const ipcMain = new EventEmitter();
