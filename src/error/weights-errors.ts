import { BlenderError } from './blender-error.ts';

/** A source of weights that failed, and why. */
export interface FailedSource {
  /** Name of the source, such as `Hugging Face (owner/repo)`. */
  readonly source: string;
  /** Why it failed. */
  readonly reason: string;
}

/** The weights of a model are not available from any source. */
export class WeightsUnavailableError extends BlenderError {
  override readonly name = 'WeightsUnavailableError' as const;
  override readonly code = 'weights_unavailable' as const;
  override readonly isRetryable = true;
  /** The model whose weights are needed. */
  readonly reference: string;
  /** Every source in the order tried. */
  readonly tried: readonly FailedSource[];

  constructor(options: {
    reference: string;
    tried: readonly FailedSource[];
    /** What the user can do. */ suggestions: readonly string[];
  }) {
    const { reference, tried, suggestions } = options;
    const list = tried.map(({ source, reason }) => `\n  - ${source}: ${reason}`).join('');
    const help = suggestions.map((suggestion, index) => `\n  - ${index === 0 ? '' : 'or '}${suggestion}`).join('');
    super(
      `The weights of ${reference} are not available from any source.\nTried:${list}${help === '' ? '' : `\nWhat helps:${help}`}`,
    );
    this.reference = reference;
    this.tried = tried;
  }
}

/** The weights are present but cannot be loaded. */
export class ModelLoadError extends BlenderError {
  override readonly name = 'ModelLoadError' as const;
  override readonly code = 'model_load_failed' as const;
  /** The model reference. */
  readonly reference: string;
  /** The file that was being loaded. */
  readonly path: string;

  constructor(options: { reference: string; path: string; reason: string; cause?: unknown }) {
    const { reference, path, reason, cause } = options;
    super(`Could not load ${reference} from ${path}: ${reason}`, { cause });
    this.reference = reference;
    this.path = path;
  }
}
