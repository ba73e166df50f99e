/** What the shell needs of the program around the nodes. The shell's own modules ask it over the window's contract. */
import type { HostClient, NodeClient } from '../contract/rpc-client.ts';
import type { RpcPort } from '../contract/rpc-port.ts';

export interface ShellHost {
  /** In this process. */
  readonly client: HostClient;
  /** Serves the host's contract on a port of a window. */
  serve(port: RpcPort): void;
  /** What the records of a node tell whose process does not live, on a port of a window; false = nothing. */
  serveRecords(profileId: string, port: RpcPort): boolean;
  /** A node's own contract, for the shell itself; null while its worker does not live. */
  node(profileId: string): NodeClient | null;
  /** Stops the nodes, each after its current task, and closes every file. */
  close(): Promise<void>;
}
