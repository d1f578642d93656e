import type { LinkedFile } from './hub-request.ts';

/** What the child that runs node-llama-cpp's resolver is told to do. */
export interface HubChildTask {
  /** Package to import. */
  readonly resolver: string;
  readonly uri: string;
  /** Folder the files go to. */
  readonly folder: string;
  readonly endpoint: string;
  /** Sent to the origin of `endpoint` only. */
  readonly token: string | undefined;
}

/** What it tells. */
export type HubChildMessage =
  /** The package is loaded; what follows is the network's doing. */
  | { readonly type: 'started' }
  /** A server has answered for a file. */
  | { readonly type: 'answered' }
  | { readonly type: 'progress'; readonly receivedBytes: number; readonly totalBytes: number }
  /** Finished. `files` are the names inside the folder in order, `linked` what Hugging Face stated, in the order asked. */
  | {
      readonly type: 'done';
      readonly entrypoint: string;
      readonly files: readonly { readonly name: string; readonly bytes: number }[];
      readonly linked: readonly LinkedFile[];
    }
  | { readonly type: 'failed'; readonly reason: string };
