/** Compares one node of a nodes file with its profile, if it has one. */
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { ZodError } from 'zod';
import type { EngineConfig } from '../../contract/node-config.ts';
import { type ProfileDraft, type ProfileDraftInput, type ProfileView, profileDraftSchema } from '../../contract/profiles.ts';
import { isLocalRelay } from '../../host/profiles/node-config-of.ts';
import type { Hex } from '../../protocol/hex.ts';
import { pickSelfTestModel } from '../../protocol/models/model-kind.ts';
import { formatCnxExact, parseCnx } from '../../protocol/money/wei.ts';
import { sameAddress } from '../../protocol/wire/fields.ts';
import { withoutUndefined } from '../cli/commands/profiles.ts';
import type { KeyPlan, PlannedKey } from './key-plan.ts';
import { engineOf, gpuOf } from './machine.ts';
import type { DeclaredNode } from './nodes-file.ts';
import type { FieldPath } from './read-nodes-file.ts';
import { tryOrRefuse } from './secret-reader.ts';
import type { Change, PlanOptions, Refuse, Step } from './step.ts';

export interface NetworkFacts {
  readonly id: string;
  readonly title: string;
  readonly relayUrl: string;
  readonly acceptedEngines: readonly string[];
  /** Announced, but not open yet. */
  readonly comingSoon: boolean;
}

export interface NodePlanning extends PlanOptions {
  readonly refuse: Refuse;
  readonly views: readonly ProfileView[];
  /** Existing networks and those that the file adds. */
  readonly networks: ReadonlyMap<string, NetworkFacts>;
  readonly newKey: KeyPlan['newKey'];
  /** Card → name of the node in the file that has it. */
  readonly claimed: Map<string, string>;
}

interface DeclaredEntry {
  readonly declared: DeclaredNode;
  readonly field: FieldPath;
  readonly key: PlannedKey;
}

/** Placeholders until the contract has been asked and the key has been created. */
const PLACEHOLDERS = { stakeWei: '0', address: `0x${'0'.repeat(40)}` as Hex };

export async function planNode(
  entry: DeclaredEntry,
  planning: NodePlanning,
): Promise<{ readonly step: Step | null; readonly view: ProfileView | null }> {
  const { declared, field } = entry;
  const network = planning.networks.get(declared.network);
  if (network === undefined) {
    planning.refuse([...field, 'network'], `there is no network ${declared.network}`);
    return { step: null, view: null };
  }
  if (network.comingSoon) planning.refuse([...field, 'network'], `${network.title} has no staking contracts yet`);
  const view = knownView(entry, planning);
  if (view === 'refused') return { step: null, view: null };
  const draft = await draftOf(entry, { planning, network, known: view?.profile ?? null });
  if (draft === null) return { step: null, view };
  if (draft.gpu.kind === 'stated' && !isLocalRelay(network.relayUrl)) {
    planning.refuse(
      [...field, 'gpu'],
      `a made-up card can only be used in a network that runs on this machine, not on ${network.title}`,
    );
  }
  claimCards(draft, entry, planning);
  return { step: view === null ? creationStep(entry, draft, planning) : changeStep(entry, { draft, view, planning }), view };
}

/** Found by key and network, which never change in a profile; otherwise by name. */
function knownView({ declared, field, key }: DeclaredEntry, { views, refuse }: NodePlanning): ProfileView | null | 'refused' {
  const here = views.filter(({ profile }) => profile.networkId === declared.network);
  const same = key.kind === 'made' ? undefined : here.find(({ profile }) => sameAddress(profile.address, key.address));
  if (same !== undefined) return same;
  const named = views.filter(({ profile }) => profile.name === declared.name);
  const [first] = named;
  if (first === undefined) return null;
  if (key.kind === 'made' && named.length === 1 && first.profile.networkId === declared.network) return first;
  const { address, networkId } = first.profile;
  refuse(
    [...field, 'name'],
    `${declared.name} already exists with the key of ${address} on ${networkId}, and neither can change: choose another name`,
  );
  return 'refused';
}

async function draftOf(
  { declared, field, key }: DeclaredEntry,
  context: {
    readonly planning: NodePlanning;
    readonly network: NetworkFacts;
    readonly known: ProfileView['profile'] | null;
  },
): Promise<ProfileDraft | null> {
  const { planning, network, known } = context;
  const { refuse, host, file } = planning;
  const at = (name: string) => ({ field: [...field, name], refuse });
  if (known === null && declared.models === undefined) {
    refuse(field, 'a new node needs models');
    return null;
  }
  const modelIds = declared.models ?? known?.modelIds ?? [];
  const asked = known === null ? (declared.engine ?? 'found') : declared.engine;
  const engine =
    asked === undefined
      ? (known?.engine ?? null)
      : await tryOrRefuse(() => engineOf(asked, { host, network, folder: file.folder }), at('engine'));
  const wished = known === null ? (declared.gpu ?? 'only') : declared.gpu;
  const gpu =
    wished === undefined
      ? (known?.gpu ?? null)
      : await tryOrRefuse(() => gpuOf(wished, { host, known: known?.gpu ?? null, modelIds }), at('gpu'));
  if (engine === null || gpu === null) return null;
  const { modelsFolder, hub, mirrors } = declared;
  const folder = modelsFolder === undefined ? {} : { directory: path.resolve(file.folder, modelsFolder) };
  const { id: _id, createdMs: _created, stakeWord: _word, ...before } = known ?? { id: '', createdMs: 0, stakeWord: null };
  const parsed = profileDraftSchema.safeParse({
    ...before,
    ...{ name: declared.name, networkId: network.id, modelIds, engine, gpu: withSelfTestModel(gpu, modelIds) },
    address: known?.address ?? (key.kind === 'known' ? key.address : PLACEHOLDERS.address),
    stakeWei: stakeOf(declared) ?? known?.stakeWei ?? PLACEHOLDERS.stakeWei,
    models: { ...known?.models, ...folder, ...withoutUndefined({ hubUrl: hub, mirrorUrls: mirrors }) },
    retention: { ...known?.retention, ...withoutUndefined({ ...declared.retention }) },
    ...withoutUndefined({ autoStart: declared.autoStart, rejoin: declared.rejoin, logLevel: declared.logLevel }),
  });
  if (parsed.success) return parsed.data;
  refuse(field, issueText(parsed.error));
  return null;
}

function issueText({ issues: [issue] }: ZodError): string {
  return `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`;
}

/** If the model used for the slash guard is no longer offered, another one takes its place. */
function withSelfTestModel(gpu: ProfileDraftInput['gpu'], modelIds: readonly string[]): ProfileDraftInput['gpu'] {
  if (gpu.kind !== 'cards' || gpu.selfTestModel === null || modelIds.includes(gpu.selfTestModel)) return gpu;
  return { ...gpu, selfTestModel: pickSelfTestModel(modelIds) };
}

/** Null = not in the file, or the network's minimum, which is read once, when the node is created. */
function stakeOf({ stake }: DeclaredNode): string | null {
  return stake === undefined || stake === 'minimum' ? null : String(parseCnx(stake));
}

function claimCards({ gpu }: ProfileDraft, { declared, field }: DeclaredEntry, { claimed, refuse }: NodePlanning): void {
  for (const card of gpu.kind === 'cards' ? gpu.ids : gpu.uuids) {
    const other = claimed.get(card);
    if (other !== undefined) refuse([...field, 'gpu'], `${card} is the card of ${other}`);
    claimed.set(card, declared.name);
  }
}

function creationStep({ declared, field, key }: DeclaredEntry, draft: ProfileDraft, planning: NodePlanning): Step {
  const { host, program, newKey, refuse } = planning;
  if (key.kind === 'made' && newKey.problem !== null) refuse([...field, 'key'], newKey.problem);
  const isMinimum = stakeOf(declared) === null;
  const rows = {
    ...rowsOf(draft),
    ...(key.kind === 'made' ? { key: 'a new one' } : {}),
    ...(isMinimum ? { stake: "the network's minimum" } : {}),
  };
  return {
    ...{ what: 'node', act: 'add', name: draft.name },
    changes: Object.entries(rows).map(([name, to]) => ({ field: name, from: null, to })),
    async perform() {
      const stakeWei = isMinimum ? (await host.networks.minimumStake({ id: draft.networkId })).minimumWei : draft.stakeWei;
      const address = key.kind === 'made' ? (await host.keys.create(newKey.to)).key.address : draft.address;
      const { profile } = await host.profiles.create({ draft: { ...draft, stakeWei, address } });
      await host.profiles.allowStake({ id: profile.id });
      if (program === 'running' && draft.autoStart) await host.profiles.start({ id: profile.id });
    },
  };
}

function changeStep(
  { declared }: DeclaredEntry,
  context: { readonly draft: ProfileDraft; readonly view: ProfileView; readonly planning: NodePlanning },
): Step | null {
  const { draft, view, planning } = context;
  const { host } = planning;
  const { id, createdMs: _created, stakeWord, ...before } = view.profile;
  const isSame = isDeepStrictEqual(before, draft);
  // An amount in the file counts as allowed by its author; an amount that somebody else wrote does not.
  const says = stakeOf(declared) !== null && (declared.rejoin !== undefined || draft.rejoin === (stakeWord?.rejoin ?? 'never'));
  const isAllowed = stakeWord !== null && stakeWord.stakeWei === draft.stakeWei && stakeWord.rejoin === draft.rejoin;
  const allows = says && !isAllowed;
  if (isSame && !allows) return null;
  const [from, to] = [rowsOf(before), rowsOf(draft)];
  const changes: Change[] = Object.keys({ ...from, ...to }).flatMap((field) =>
    from[field] === to[field] ? [] : [{ field, from: from[field] ?? null, to: to[field] ?? null }],
  );
  if (allows) changes.push({ field: 'stake is allowed', from: stakeText(stakeWord), to: stakeText(draft) });
  return {
    ...{ what: 'node', act: 'change', name: draft.name, changes },
    async perform() {
      if (!isSame) await host.profiles.update({ id, draft });
      if (allows) await host.profiles.allowStake({ id });
    },
  };
}

function stakeText(word: Pick<ProfileDraft, 'stakeWei' | 'rejoin'> | null): string {
  if (word === null) return 'no';
  return `${formatCnxExact(BigInt(word.stakeWei))} CNX${word.rejoin === 'never' ? '' : ', also when it rejoins'}`;
}

/** A profile's fields as they are compared and shown. */
function rowsOf(draft: ProfileDraft): Record<string, string> {
  const { models, retention, gpu } = draft;
  return {
    name: draft.name,
    network: draft.networkId,
    key: draft.address,
    stake: `${formatCnxExact(BigInt(draft.stakeWei))} CNX`,
    engine: engineText(draft.engine),
    cards: gpu.kind === 'cards' ? gpu.ids.join(', ') : `${gpu.name}, ${gpu.vramGib} GiB, made up`,
    'self-test': gpu.kind === 'cards' ? (gpu.selfTestModel ?? 'off') : 'off',
    models: draft.modelIds.join(', '),
    'models folder': models.directory ?? 'of the program',
    hub: models.hubUrl,
    mirrors: models.mirrorUrls.join(', ') || 'none',
    'starts with the program': draft.autoStart ? 'yes' : 'no',
    'rejoins automatically': draft.rejoin,
    retention: `${retention.days} days, ${retention.resultsGib} GiB`,
    'log level': draft.logLevel,
  };
}

function engineText(engine: EngineConfig): string {
  return engine.kind === 'embedded' ? 'embedded' : `${engine.kind}: ${[engine.command, ...engine.args].join(' ')}`;
}
