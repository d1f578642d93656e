import type { ModelProgress } from '../../index.ts';
import { bar, formatBytes, formatShare } from './format.ts';
import { oneLine, fitEnd, fitStart } from './text.ts';

/** How much further a download must be for another plain line. */
const PLAIN_STEP = 0.1;
/** The same where the size is not known. */
const PLAIN_STEP_BYTES = 50e6;

/** Follows how models get ready: weights fetched, checked and loaded. */
export class ModelProgressTracker {
  readonly #latest = new Map<string, ModelProgress>();
  readonly #toldSteps = new Map<string, number>();

  /** Takes news in. Returns a text that is worth a line of its own, if any; fewer where a bar shows the rest. */
  apply(progress: ModelProgress, { live }: { live: boolean }): string | undefined {
    const { reference } = progress;
    this.#latest.set(reference, progress);
    const tell = (text: string) => `${reference}: ${text}`;
    switch (progress.type) {
      case 'weights-source':
        return live ? undefined : tell(`fetching weights from ${progress.source}`);
      case 'weights-download':
        return live ? undefined : this.#downloadLine(progress);
      case 'weights-source-failed':
        return tell(`${progress.source} failed: ${progress.reason}`);
      case 'weights-waiting':
        return live ? undefined : tell('another process is getting the weights, waiting for it');
      case 'weights-damaged':
        return tell(`${progress.path} is damaged and replaced`);
      case 'weights-quantize':
        return live || progress.share > 0 ? undefined : tell('bringing the weights to 8 bits, once');
      case 'weights-ready':
        // Nothing is said of weights that were there all along.
        return live || !this.#toldSteps.has(reference) ? undefined : tell(`weights are in ${progress.path}`);
      case 'model-load':
      case 'model-ready':
        return undefined;
      default:
        return progress satisfies never;
    }
  }

  /** What is going on now, a line for each model that is not ready yet. */
  lines(columns: number): readonly string[] {
    return [...this.#latest.values()].flatMap((progress) => {
      const state = stateOf(progress);
      return state === undefined ? [] : [fitProgress(oneLine(progress.reference), state, columns)];
    });
  }

  #downloadLine({
    reference,
    receivedBytes,
    totalBytes,
  }: Extract<ModelProgress, { type: 'weights-download' }>): string | undefined {
    const step =
      totalBytes === undefined
        ? Math.floor(receivedBytes / PLAIN_STEP_BYTES)
        : Math.floor(receivedBytes / totalBytes / PLAIN_STEP);
    const told = this.#toldSteps.get(reference);
    // Bytes that begin again belong to another source.
    if (told !== undefined && step === told) return undefined;
    this.#toldSteps.set(reference, step);
    return `${reference}: fetched ${amount(receivedBytes, totalBytes)}`;
  }
}

interface ProgressState {
  readonly action: string;
  /** Undefined where it is not known how much there is to do. */
  readonly share: number | undefined;
  readonly detail: string;
}

function stateOf(progress: ModelProgress): ProgressState | undefined {
  switch (progress.type) {
    case 'weights-source':
      return { action: 'fetching', share: undefined, detail: `from ${oneLine(progress.source)}` };
    case 'weights-download': {
      const { receivedBytes, totalBytes } = progress;
      return {
        action: 'fetching',
        share: totalBytes && receivedBytes / totalBytes,
        detail: amount(receivedBytes, totalBytes),
      };
    }
    case 'weights-source-failed':
      return { action: 'fetching', share: undefined, detail: 'from the next source' };
    case 'weights-waiting':
      return { action: 'waiting', share: undefined, detail: 'another process is getting it' };
    case 'weights-damaged':
      return { action: 'replacing', share: undefined, detail: 'since it was damaged' };
    case 'weights-quantize':
      return { action: 'quantizing', share: progress.share, detail: formatShare(progress.share) };
    case 'model-load':
      return { action: 'loading', share: progress.share, detail: formatShare(progress.share) };
    case 'weights-ready':
    case 'model-ready':
      return undefined;
    default:
      return progress satisfies never;
  }
}

function amount(receivedBytes: number, totalBytes: number | undefined): string {
  return totalBytes === undefined
    ? formatBytes(receivedBytes)
    : `${formatShare(receivedBytes / totalBytes)}, ${formatBytes(receivedBytes)} of ${formatBytes(totalBytes)}`;
}

/** The detail goes before the name: the name is known to the reader. */
function fitProgress(name: string, { action, share, detail }: ProgressState, columns: number): string {
  const barWidth = share === undefined ? 0 : Math.max(4, Math.min(20, Math.floor(columns / 5)));
  const middle = share === undefined ? '' : ` ${bar(share, barWidth)}`;
  const rest = `${middle} ${detail}`;
  const label = `${action} ${fitStart(name, Math.max(6, columns - rest.length - action.length - 1))}`;
  return fitEnd(`${label}${rest}`, columns);
}
