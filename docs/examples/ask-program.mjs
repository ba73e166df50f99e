// node ask-program.mjs DATA_DIR: what runs there, and each profile with what its node does. Node 22 or newer, no packages.
import { readFileSync } from 'node:fs';
import path from 'node:path';

const { port, token } = JSON.parse(readFileSync(path.join(process.argv[2], 'headless.json'), 'utf8'));

async function connect(route) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${route}`, { headers: { authorization: `Bearer ${token}` } });
  const listeners = new Map();
  let last = 0;
  socket.addEventListener('message', ({ data }) => {
    const frame = JSON.parse(data);
    listeners.get(frame.i)?.(frame);
  });
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve);
    socket.addEventListener('error', () => reject(new Error(`no connection to ${route}`)));
  });
  const send = (procedure, input, listener) => {
    const i = String(++last);
    listeners.set(i, listener);
    socket.send(JSON.stringify({ i, p: { u: procedure, b: { json: input } } }));
  };
  return {
    call: (procedure, input = {}) =>
      new Promise((resolve, reject) => {
        send(procedure, input, ({ p: { s = 200, b } }) => {
          if (s < 400) resolve(b?.json);
          else reject(new Error(`${b.json.code}: ${b.json.message}`));
        });
      }),
    /** Of a subscription: what it says first. */
    first: (procedure, input = {}) =>
      new Promise((resolve) => {
        send(procedure, input, ({ t, p }) => {
          if (t === 3 && p.e === 'message') resolve(p.d.json);
        });
      }),
    close: () => socket.close(),
  };
}

const host = await connect('/rpc/host');
const { version } = await host.call('/app/info');
console.log(`version ${version}`);
const { profiles } = await host.first('/profiles/watch');
for (const { profile, worker, node } of profiles) console.log(profile.id, profile.name, worker.kind, node?.state ?? '-');
await host.call('/profiles/start', { id: 'no-such-profile' }).catch((error) => console.log(error.message));
host.close();
