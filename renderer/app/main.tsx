import { windowTransport } from '../rpc/transport.ts';
import { mount } from './mount.tsx';

void mount({ transport: windowTransport(window) });
