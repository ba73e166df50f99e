/** `fleet` and `place`: shows the nodes of this program and of others in one list, and controls them together. */
import { Option } from 'commander';
import { FLEET_ORDERS, type FleetOrder, type FleetPlace, HERE_PLACE, placeNameSchema } from '../../../contract/fleet.ts';
import { applyFleetUpdate, type Fleet } from '../../../contract/fleet-merge.ts';
import type { HostClient } from '../../../contract/rpc-client.ts';
import { HeadlessError } from '../../errors.ts';
import { withHost, withProgram } from '../ask-program.ts';
import { requireConfirmation } from '../confirm.ts';
import { type CommonOptions, common, type Registry, wholeNumber } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { orderExit, orderText, planOrder } from '../fleet-orders.ts';
import { addedText, type FleetSnapshot, fleetText, placeStateText, selectRows } from '../fleet-text.ts';
import { table } from '../node-text.ts';
import { askSecret } from '../secrets.ts';

/** How long to wait for places that are connecting, or for figures that were only just requested. */
const SETTLE_WITHIN_MS = 3_000;
/** How long to wait for the first connection to a new place. */
const ADD_WITHIN_MS = 10_000;

export function addFleetCommands(registry: Registry): void {
  addFleet(registry);
  addPlaces(registry);
}

const ORDER_DESCRIPTIONS: Readonly<Record<FleetOrder, string>> = {
  pause: 'Pauses nodes: each finishes its current task and takes no new one.',
  resume: 'Resumes paused nodes and starts drained ones. It never makes a node join its network again: do that at the node.',
  drain: 'Stops nodes after their current tasks, and ends their processes. Their stakes stay.',
};

function addFleet({ program, terminal, end }: Registry): void {
  const fleet = program.command('fleet').description('The nodes of this program and of the places that it watches.');
  common(fleet.command('list', { isDefault: true }))
    .description('Lists every node of every place.')
    .action(async ({ data, json }: CommonOptions) => {
      const snapshot = await withProgram(data, ({ host }) => settledFleet(host));
      const { places, rows } = snapshot;
      terminal.out(
        json ? JSON.stringify({ places, nodes: rows.map(({ place, row }) => ({ place, ...row })) }) : fleetText(snapshot),
      );
      end(EXIT.ok);
    });
  for (const order of FLEET_ORDERS) {
    common(fleet.command(order))
      .description(ORDER_DESCRIPTIONS[order])
      .requiredOption('--select <what...>', 'PLACE/NODE, PLACE for all its nodes ("here" is this program), or all')
      .option('--yes', 'do not ask for confirmation')
      .action(async ({ data, json, select, yes = false }: CommonOptions & { select: string[]; yes?: boolean }) => {
        const { results, skipped } = await withProgram(data, async ({ host }) => {
          const snapshot = await settledFleet(host);
          checkSelection(snapshot, select);
          const plan = planOrder(snapshot, select, order);
          const targets = [...plan.targets];
          if (targets.length === 0) return { ...plan, results: [] };
          if (targets.length > 1) await requireConfirmation(`${order} ${targets.length} nodes?`, { yes, terminal });
          return { ...plan, ...(await host.fleet.steer({ targets, order })) };
        });
        terminal.out(json ? JSON.stringify({ results, skipped }) : orderText(results, skipped, order));
        end(orderExit(results, skipped));
      });
  }
}

/** @throws HeadlessError HEADLESS_WHICH_NODE if a name selects nothing */
function checkSelection({ rows, places }: FleetSnapshot, select: readonly string[]): void {
  for (const one of select) {
    if (selectRows(rows, [one]).length > 0 || places.some(({ place }) => place === one) || one === 'all') continue;
    throw new HeadlessError('HEADLESS_WHICH_NODE', `nothing is called ${one}; list the nodes with: crynux-node fleet`, {
      name: one,
    });
  }
}

/** The fleet once every place has reported, or has had time to. */
async function settledFleet(host: HostClient): Promise<FleetSnapshot> {
  const ending = AbortSignal.timeout(SETTLE_WITHIN_MS);
  let fleet: Fleet | null = null;
  try {
    for await (const update of await host.fleet.watch({}, { signal: ending })) {
      fleet = applyFleetUpdate(fleet, update) ?? fleet;
      if (fleet === null) continue;
      const isWaiting = fleet.places.some(({ state }) => state.kind === 'connecting');
      if (!isWaiting && [...fleet.rows.values()].every(({ row }) => row.todayWei !== null)) break;
    }
  } catch (error) {
    if (!ending.aborted || fleet === null) throw error;
  }
  if (fleet === null) throw new HeadlessError('HEADLESS_NOT_RUNNING', 'the program ended');
  return { places: fleet.places, rows: [...fleet.rows.values()] };
}

/** The place once it has connected or failed, or as it is when the time is up. */
async function settledPlace(host: HostClient, added: FleetPlace): Promise<FleetPlace> {
  const ending = AbortSignal.timeout(ADD_WITHIN_MS);
  let last = added;
  try {
    for await (const { places } of await host.fleet.watch({}, { signal: ending })) {
      last = places.find(({ place }) => place === added.place) ?? last;
      if (last.state.kind !== 'connecting') return last;
    }
  } catch (error) {
    if (!ending.aborted) throw error;
  }
  return last;
}

interface AddOptions extends CommonOptions {
  readonly tokenFd?: number;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

function addPlaces({ program, terminal, end }: Registry): void {
  const place = program.command('place').description('Other programs whose nodes this one watches.');
  common(place.command('add'))
    .description('Watches the nodes of another program, with an access token created there.')
    .argument('<name>', 'lower-case letters, digits and dashes')
    .argument('<url>', 'http://127.0.0.1:PORT at the near end of a tunnel, or https://HOST')
    .addOption(
      new Option('--token-fd <number>', 'file descriptor with the token, instead of a prompt').argParser(wholeNumber(0, 1_023)),
    )
    .option('--ca <file>', "certificate authority to trust in addition to the system's, in PEM")
    .option('--cert <file>', 'client certificate, in PEM')
    .option('--key <file>', 'key of the client certificate, in PEM')
    .action(async (name: string, url: string, { data, json, tokenFd, ca, cert, key }: AddOptions) => {
      const parsed = placeNameSchema.safeParse(name);
      if (!parsed.success) {
        throw new HeadlessError('HEADLESS_BAD_ARGUMENT', `the name ${parsed.error.issues[0]?.message ?? 'is invalid'}`, {
          field: 'name',
        });
      }
      const token = (await askSecret('Access token', { descriptor: tokenFd ?? null, terminal })).trim();
      const files = { caFile: ca ?? null, certFile: cert ?? null, keyFile: key ?? null };
      const { place: added, runs } = await withHost(data, async (host, running) => {
        const kept = await host.fleet.places.add({ name, url, token, ...files });
        return { place: running === null ? kept : await settledPlace(host, kept), runs: running !== null };
      });
      const { text, warning, code } = addedText(added, runs);
      terminal.out(json ? JSON.stringify(added) : text);
      if (warning !== null) terminal.note(warning);
      end(code);
    });
  common(place.command('list'))
    .description('Lists the places and whether each answers.')
    .action(async ({ data, json }: CommonOptions) => {
      const { places } = await withHost(data, (host) => host.fleet.places.list({}));
      if (json) terminal.out(JSON.stringify({ places }));
      else terminal.out(placesText(places));
      end(EXIT.ok);
    });
  common(place.command('remove'))
    .description('Stops watching a place. Its token stays valid there until it is revoked.')
    .argument('<name>')
    .action(async (name: string, { data, json }: CommonOptions) => {
      await withHost(data, (host) => host.fleet.places.remove({ name }));
      terminal.out(json ? JSON.stringify({ removed: name }) : `${name} is no longer watched.`);
      end(EXIT.ok);
    });
}

function placesText(places: readonly FleetPlace[]): string {
  const rows = places
    .filter(({ place }) => place !== HERE_PLACE)
    .map((one) => [one.place, one.url ?? '', one.version ?? '–', placeStateText(one)]);
  return rows.length === 0
    ? 'No place is watched. Add one with: crynux-node place add NAME URL'
    : table(['place', 'at', 'version', 'state'], rows);
}
