import { BlenderError } from './blender-error.ts';

/** One source that was tried, and why it gave nothing. */
export interface FailedSource {
  /** Human-readable name of the source, such as `Hugging Face (owner/repo)`. */
  readonly source: string;
  /** Why it failed. */
  readonly reason: string;
}

/** The weights of a model could not be obtained from any of their sources. */
export class WeightsUnavailableError extends BlenderError {
  override readonly name = 'WeightsUnavailableError' as const;
  override readonly code = 'weights_unavailable' as const;
  override readonly isRetryable = true;
  /** The model whose weights are wanted. */
  readonly reference: string;
  /** Every source in the order tried. */
  readonly tried: readonly FailedSource[];

  constructor({
    reference,
    tried,
    suggestions,
  }: {
    reference: string;
    tried: readonly FailedSource[];
    /** What the user can do, each as a command. */ suggestions: readonly string[];
  }) {
    const list = tried.map(({ source, reason }) => `\n  - ${source}: ${reason}`).join('');
    const help = suggestions.map((suggestion, index) => `\n  - ${index === 0 ? '' : 'or '}${suggestion}`).join('');
    super(
      `The weights of ${reference} could not be obtained.\nTried:${list}${help === '' ? '' : `\nWhat helps:${help}`}`,
    );
    this.reference = reference;
    this.tried = tried;
  }
}
