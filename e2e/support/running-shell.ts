import type { Page } from 'playwright-core';
import type { OrderInput, ShellState } from '../electron-double/control.ts';

/** The started program, on the double or on Electron itself. */
export interface RunningShell {
  readonly pid: number;
  readonly dataDir: string;
  /** What the program has written to its standard output and error. */
  readonly output: () => string;
  /** The window's page. */
  readonly page: Page;
  order(order: OrderInput): Promise<unknown>;
  state(): Promise<ShellState>;
  /** The program's exit code. */
  readonly ended: Promise<number | null>;
  /** Ends it in order, and removes its data unless they belong to the caller. */
  close(): Promise<void>;
}
