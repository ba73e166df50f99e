import { windowBuild } from '../scripts/window-build.ts';

export default windowBuild({ entry: 'index' });
