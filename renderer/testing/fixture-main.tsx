/** The window with a fixture as its host: `?fixture=NAME` selects the scenario. Not part of the product. */
import { mount } from '../app/mount.tsx';
import { fixtureTransport } from './fixture-host.ts';
import { scenarioOf } from './scenario.ts';

const { searchParams } = new URL(location.href);
const world = { scenario: scenarioOf(searchParams.get('fixture')), nowMs: Date.now() };
void mount({ transport: fixtureTransport(world, searchParams.get('language')) });
