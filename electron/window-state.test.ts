import { describe, expect, it } from 'vitest';
import { boundsOn, FIRST_WINDOW, readWindowState } from './window-state.ts';

const display = { x: 0, y: 0, width: 1920, height: 1080 };
const state = { bounds: { x: 100, y: 100, width: 1280, height: 800 }, maximised: false };

describe('the window', () => {
  it('comes back where it was', () => {
    expect(readWindowState(JSON.stringify(state))).toEqual(state);
    expect(boundsOn([display], state)).toEqual(state.bounds);
  });

  it.each([null, '', '{', '{"bounds":{"x":0,"y":0,"width":10,"height":10},"maximised":false}', '[]'])(
    'starts with defaults if the file says %s',
    (text) => expect(readWindowState(text)).toEqual(FIRST_WINDOW),
  );

  it.each([
    { x: 5000, y: 100 },
    { x: -1270, y: 100 },
    { x: 100, y: -200 },
    { x: 100, y: 1070 },
  ])('is not placed where nobody can reach its title bar: %o', (place) => {
    expect(boundsOn([display], { ...state, bounds: { ...state.bounds, ...place } })).toBeNull();
  });
});
