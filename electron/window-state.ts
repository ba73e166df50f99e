/** The position of the window. Pure; a position that is no longer on any display is discarded. */
import { z } from 'zod';

const wholeNumber = z.number().int();
const windowStateSchema = z.object({
  bounds: z.object({ x: wholeNumber, y: wholeNumber, width: wholeNumber.min(900), height: wholeNumber.min(600) }).nullable(),
  maximised: z.boolean(),
});
export type WindowState = z.output<typeof windowStateSchema>;

export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export const FIRST_WINDOW: WindowState = { bounds: null, maximised: false };

/** @param text of the file; an unreadable one gives the default window */
export function readWindowState(text: string | null): WindowState {
  try {
    return windowStateSchema.parse(JSON.parse(text ?? ''));
  } catch {
    return FIRST_WINDOW;
  }
}

/** How much of the title bar must be reachable. */
const MIN_REACHABLE = { width: 120, height: 30 };

export function boundsOn(displays: readonly Area[], { bounds }: WindowState): Area | null {
  if (bounds === null) return null;
  const visible = displays.some((area) => {
    const width = Math.min(bounds.x + bounds.width, area.x + area.width) - Math.max(bounds.x, area.x);
    const height = Math.min(bounds.y + MIN_REACHABLE.height, area.y + area.height) - Math.max(bounds.y, area.y);
    return width >= MIN_REACHABLE.width && height >= MIN_REACHABLE.height;
  });
  return visible ? bounds : null;
}
