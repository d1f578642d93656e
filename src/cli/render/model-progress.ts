import type { ModelProgress } from '../../index.ts';
import { bar, formatBytes, formatShare } from './format.ts';
import { fitEnd, fitStart, oneLine } from './text.ts';

/** Share of a download after which there is another plain line. */
const PLAIN_STEP = 0.1;
/** The same where the size is not known. */
const PLAIN_STEP_BYTES = 50e6;

/** Follows how models get ready: weights fetched, checked and loaded. */
export class ModelProgressTracker {
  readonly #latest = new Map<string, ModelProgress>();
  /** Steps of the download that were last reported, by model. */
  readonly #reportedSteps = new Map<string, number>();

  /** Takes a part in. Returns a text that is worth a line of its own, if any; fewer where a bar shows the rest. */
  apply(progress: ModelProgress, { live }: { live: boolean }): string | undefined {
    const { reference } = progress;
    this.#latest.set(reference, progress);
    const { text, isProblem = false } = describe(progress);
    const isShown = isProblem || (!live && this.#isWorthALine(progress));
    return text !== undefined && isShown ? `${reference}: ${text}` : undefined;
  }

  /** What is going on now, a line for each model that is not ready yet. */
  lines(columns: number): readonly string[] {
    return [...this.#latest.values()].flatMap((progress) => {
      const { drawn } = describe(progress);
      return drawn === undefined ? [] : [drawnLine(oneLine(progress.reference), drawn, columns)];
    });
  }

  #isWorthALine(progress: ModelProgress): boolean {
    const reported = this.#reportedSteps.get(progress.reference);
    if (progress.type === 'weights-quantize') return progress.share === 0;
    // Weights that were there all along are not worth a line.
    if (progress.type === 'weights-ready') return reported !== undefined;
    if (progress.type !== 'weights-download') return true;
    const { receivedBytes, totalBytes } = progress;
    const step = Math.floor(
      totalBytes === undefined ? receivedBytes / PLAIN_STEP_BYTES : receivedBytes / totalBytes / PLAIN_STEP,
    );
    this.#reportedSteps.set(progress.reference, step);
    // Not "greater": bytes that begin again belong to another source.
    return step !== reported;
  }
}

/** What a part says, as a line that stays and as one that is drawn until the next part. */
interface ProgressTexts {
  readonly text?: string;
  /** The text is shown even where the rest is drawn. */
  readonly isProblem?: boolean;
  readonly drawn?: DrawnProgress;
}

interface DrawnProgress {
  readonly action: string;
  /** Undefined where it is not known how much there is to do. */
  readonly share?: number | undefined;
  readonly detail: string;
}

function describe(progress: ModelProgress): ProgressTexts {
  switch (progress.type) {
    case 'weights-source': {
      const { source } = progress;
      return {
        text: `fetching weights from ${source}`,
        drawn: { action: 'fetching', detail: `from ${oneLine(source)}` },
      };
    }
    case 'weights-download': {
      const { receivedBytes, totalBytes } = progress;
      const share = totalBytes && receivedBytes / totalBytes;
      const detail =
        share === undefined || totalBytes === undefined
          ? formatBytes(receivedBytes)
          : `${formatShare(share)}, ${formatBytes(receivedBytes)} of ${formatBytes(totalBytes)}`;
      return { text: `fetched ${detail}`, drawn: { action: 'fetching', share, detail } };
    }
    case 'weights-source-failed':
      return {
        text: `${progress.source} failed: ${progress.reason}`,
        isProblem: true,
        drawn: { action: 'fetching', detail: 'from the next source' },
      };
    case 'weights-waiting':
      return {
        text: 'another process is getting the weights, waiting for it',
        drawn: { action: 'waiting', detail: 'another process is getting it' },
      };
    case 'weights-damaged':
      return {
        text: `${progress.path} is damaged and will be replaced`,
        isProblem: true,
        drawn: { action: 'replacing', detail: 'since it was damaged' },
      };
    case 'weights-quantize':
      return {
        text: 'quantizing the weights to 8 bits (done once)',
        drawn: { action: 'quantizing', share: progress.share, detail: formatShare(progress.share) },
      };
    case 'weights-ready':
      return { text: `weights are in ${progress.path}` };
    case 'model-load':
      return { drawn: { action: 'loading', share: progress.share, detail: formatShare(progress.share) } };
    case 'model-ready':
      return {};
    default:
      return progress satisfies never;
  }
}

/** The name gives way to the detail: it is known to the reader. */
function drawnLine(name: string, { action, share, detail }: DrawnProgress, columns: number): string {
  const barWidth = Math.max(4, Math.min(20, Math.floor(columns / 5)));
  const rest = `${share === undefined ? '' : ` ${bar(share, barWidth)}`} ${detail}`;
  const label = `${action} ${fitStart(name, Math.max(6, columns - rest.length - action.length - 1))}`;
  return fitEnd(`${label}${rest}`, columns);
}
