/** What the shell needs from the host. The shell's own modules call it through the window's contract. */
import type { HostClient, NodeClient } from '../contract/rpc-client.ts';
import type { RpcPort } from '../contract/rpc-port.ts';

export interface ShellHost {
  /** Calls within this process. */
  readonly client: HostClient;
  /** Serves the host's contract on a port of a window. */
  serve(port: RpcPort): void;
  /** Serves the records of a node whose process is not running on a port of a window; false = there are none. */
  serveRecords(profileId: string, port: RpcPort): boolean;
  /** A node's contract, for the shell itself; null = its worker is not running. */
  node(profileId: string): NodeClient | null;
  /** Stops the nodes after their current tasks, and closes every file. */
  close(): Promise<void>;
}
