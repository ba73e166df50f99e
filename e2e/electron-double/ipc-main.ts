import { EventEmitter } from 'node:events';

/** Messages of pages, by channel: the event, then what was sent. */
export const ipcMain = new EventEmitter();
