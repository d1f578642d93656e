/** What happens before a model can answer: its weights are fetched, checked and loaded. */
export type ModelProgress =
  /** A source is being tried. */
  | { readonly type: 'weights-source'; readonly reference: string; readonly source: string }
  /** Bytes have arrived. `totalBytes` is undefined where the source does not say. */
  | {
      readonly type: 'weights-download';
      readonly reference: string;
      readonly source: string;
      readonly receivedBytes: number;
      readonly totalBytes: number | undefined;
    }
  /** A source gave nothing; the next is tried. */
  | {
      readonly type: 'weights-source-failed';
      readonly reference: string;
      readonly source: string;
      readonly reason: string;
    }
  /** Another process is fetching the same weights; this one waits for it. */
  | { readonly type: 'weights-waiting'; readonly reference: string }
  /** A cached file is damaged and is fetched or made again. */
  | { readonly type: 'weights-damaged'; readonly reference: string; readonly path: string }
  /** Weights are made smaller for the cache; `share` between 0 and 1. */
  | { readonly type: 'weights-quantize'; readonly reference: string; readonly share: number }
  /** Weights are in place and checked. */
  | { readonly type: 'weights-ready'; readonly reference: string; readonly path: string }
  /** The runtime is loading them; `share` between 0 and 1. */
  | { readonly type: 'model-load'; readonly reference: string; readonly share: number }
  | { readonly type: 'model-ready'; readonly reference: string };
