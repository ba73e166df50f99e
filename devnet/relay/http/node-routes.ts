/** The life of a node. Source: RELAY_PROTOCOL 3.3. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Hex } from '../../../protocol/hex.ts';
import { isHex } from '../../../protocol/hex.ts';
import type { ChainBridge } from '../chain/chain-bridge.ts';
import type { RelayContext } from '../context.ts';
import { addModel, currentTaskOf, joinNode, pauseNode, quitNode, resumeNode, setVersion, updateCapabilities } from '../nodes.ts';
import { refuseField } from '../refusal.ts';
import type { Access } from './access.ts';
import { bind, type FieldKinds } from './bind.ts';
import { requireSignature } from './signature.ts';
import { knownNodeAt, nodeWireV1, nodeWireV2, unixSeconds } from './wire.ts';

const NO_TASK = `0x${'0'.repeat(64)}`;
/** The real relay's `qos.tracing_max_task_events`. */
const MAX_TRACES = 50;

const signed = (k: FieldKinds) => ({ timestamp: k.requiredInt(), signature: k.text() });
const owned = (k: FieldKinds) => ({ address: k.text(), ...signed(k) });
const hardware = (k: FieldKinds) => ({
  gpu_name: k.text(),
  gpu_vram: k.requiredUint(),
  version: k.text(),
  model_ids: k.texts(),
});
const capabilityFields = (k: FieldKinds) => ({ address: k.text(), ...hardware(k), ...signed(k) });

interface OwnerCheck {
  readonly payload: Readonly<Record<string, unknown>>;
  readonly address: string;
  readonly timestamp: number;
  readonly signature: string;
  readonly version: 1 | 2;
}

interface NodeRoutesOptions {
  readonly access: Access;
  readonly bridge: ChainBridge | null;
}

export function nodeRoutes(app: FastifyInstance, context: RelayContext, { access, bridge }: NodeRoutesOptions): void {
  /** For a stranger, v1 reports the signature, v2 the address. */
  function assertOwner({ payload, address, timestamp, signature, version }: OwnerCheck): Hex {
    const { isSigner } = requireSignature(context, { payload, timestamp, signature, version });
    if (!isSigner(address)) throw refuseField(version === 1 ? 'signature' : 'address', 'Signer not allowed');
    return address as Hex;
  }

  app.get('/v1/node/:address', (request) => {
    const { address } = bind(request, { shape: (k) => ({ address: k.text() }) });
    return { message: 'success', data: nodeWireV1(address, knownNodeAt(context.store, address)) };
  });

  app.get('/v1/node/:address/task', (request) => {
    const { address } = bind(request, { shape: (k) => ({ address: k.text() }) });
    return {
      message: 'success',
      data: currentTaskOf(context, knownNodeAt(context.store, address)?.address ?? address) ?? NO_TASK,
    };
  });

  app.get('/v2/node/:address', async (request) => {
    const address = await access.requireOwner(request, 'Signer not allowed');
    return { message: 'success', data: nodeWireV2(context, address, context.store.nodes.get(address)) };
  });

  app.get('/v2/node/:address/qos/tracing', async (request) => {
    const address = await access.requireOwner(request, 'Signer not allowed');
    const events = context.store.traces
      .values()
      .filter((trace) => trace.node === address)
      .slice(-MAX_TRACES)
      .map((trace) => ({
        timestamp: unixSeconds(trace.atMs),
        node_address: address,
        ...(trace.commitment === null ? {} : { task_id_commitment: trace.commitment }),
        event_type: trace.event,
        ...(trace.taskQosScore === null ? {} : { task_qos_score: trace.taskQosScore }),
        ...(trace.rank === null ? {} : { validation_rank: trace.rank }),
        qos_long_before: trace.before.long,
        qos_long_after: trace.after.long,
        qos_short_before: trace.before.health,
        qos_short_after: trace.after.health,
        qos_before: trace.before.long * trace.before.health,
        qos_after: trace.after.long * trace.after.health,
      }));
    return { message: 'success', data: { node_address: address, max_task_events: MAX_TRACES, events } };
  });

  app.post('/v2/node/:address/join', async (request) => {
    const shape = (k: FieldKinds) => ({
      address: k.text(),
      network: k.text(),
      ...hardware(k),
      staking: k.wei(),
      ...signed(k),
    });
    const { timestamp, signature, staking, ...fields } = bind(request, { shape, struct: 'NodeJoinInput' });
    const payload = { ...fields, staking: staking.toString() };
    const address = assertOwner({ payload, address: fields.address, timestamp, signature, version: 2 });
    if (!isHex(address, 20)) throw refuseField('address', 'Signer not allowed');
    const { network, gpu_name: gpuName, gpu_vram: gpuVramGib, version, model_ids: modelIds } = fields;
    await bridge?.syncNode(address);
    joinNode(context, { address, network, stakingWei: staking, gpuName, gpuVramGib, version, modelIds });
    return { message: 'success' };
  });

  /** Legacy: names no network, so no node can join with it (RELAY_PROTOCOL 3.3). */
  app.post('/v1/node/:address/join', async (request) => {
    const { timestamp, signature, ...payload } = bind(request, { shape: capabilityFields, struct: 'NodeJoinInput' });
    const address = assertOwner({ payload, address: payload.address, timestamp, signature, version: 1 });
    const { gpu_name: gpuName, gpu_vram: gpuVramGib, version, model_ids: modelIds } = payload;
    await bridge?.syncNode(address);
    joinNode(context, { address, network: '', stakingWei: 0n, gpuName, gpuVramGib, version, modelIds });
    return { message: 'success' };
  });

  app.post('/v2/node/:address/capabilities', (request) => {
    const { timestamp, signature, ...payload } = bind(request, { shape: capabilityFields, struct: 'NodeJoinInput' });
    const address = assertOwner({ payload, address: payload.address, timestamp, signature, version: 2 });
    const { gpu_name: gpuName, gpu_vram: gpuVramGib, version, model_ids: modelIds } = payload;
    updateCapabilities(context, address, { gpuName, gpuVramGib, version, modelIds });
    return { message: 'success' };
  });

  function statusRoute(action: string, perform: (context: RelayContext, address: string) => void): void {
    app.post(`/v1/node/:address/${action}`, async (request: FastifyRequest) => {
      const { address, timestamp, signature } = bind(request, { shape: owned });
      const owner = assertOwner({ payload: { address }, address, timestamp, signature, version: 1 });
      if (action === 'quit') await bridge?.syncNode(owner);
      perform(context, owner);
      return { message: 'success' };
    });
  }
  statusRoute('quit', quitNode);
  statusRoute('pause', pauseNode);
  statusRoute('resume', resumeNode);

  app.post('/v1/node/:address/model', (request) => {
    const { timestamp, signature, ...payload } = bind(request, {
      shape: (k) => ({ address: k.text(), model_id: k.text(), ...signed(k) }),
    });
    addModel(context, assertOwner({ payload, address: payload.address, timestamp, signature, version: 1 }), payload.model_id);
    return { message: 'success' };
  });

  app.post('/v1/node/:address/version', (request) => {
    const { timestamp, signature, ...payload } = bind(request, {
      shape: (k) => ({ address: k.text(), version: k.text(), ...signed(k) }),
    });
    setVersion(context, assertOwner({ payload, address: payload.address, timestamp, signature, version: 1 }), payload.version);
    return { message: 'success' };
  });
}
