import { Readable, Writable } from 'node:stream';
import { runCli, type RunCliOptions } from '../../../src/cli/run-cli.ts';
import {
  type Blender,
  type BlendOptions,
  createBlender,
  type GenerateAndRankOptions,
  type ModelChoice,
  type ModelObject,
  type PairRanker,
  type RankerChoice,
} from '../../../src/index.ts';

/** A stream that keeps what is written to it. */
export class StringOutput extends Writable {
  text = '';
  readonly isTTY: boolean;
  columns: number;
  rows: number;

  readonly #onWrite: (() => void) | undefined;

  constructor({
    isTTY = false,
    columns = 80,
    rows = 24,
    onWrite,
  }: { isTTY?: boolean; columns?: number; rows?: number; onWrite?: () => void } = {}) {
    super({ decodeStrings: false });
    this.#onWrite = onWrite;
    this.isTTY = isTTY;
    this.columns = columns;
    this.rows = rows;
  }

  override _write(chunk: string | Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    this.#onWrite?.();
    done();
  }
}

/** What names on the command line stand for in a test. */
export interface FakeWorld {
  readonly models?: Readonly<Record<string, ModelObject>>;
  readonly ranker?: PairRanker;
}

/**
 * A blender that does what the library does, with fakes in the place of names: names resolve to local models only, and
 * those need weights. `disposed` counts how often it was let go.
 */
export class FakeBlender implements Blender {
  disposed = 0;
  readonly #blender = createBlender();
  readonly #world: FakeWorld;

  constructor(world: FakeWorld) {
    this.#world = world;
  }

  blend: Blender['blend'] = (options) => this.#blender.blend(this.#blendOptions(options));
  streamBlend: Blender['streamBlend'] = (options) => this.#blender.streamBlend(this.#blendOptions(options));
  createBlendSession: Blender['createBlendSession'] = (options) =>
    this.#blender.createBlendSession(this.#blendOptions(options));

  generateCandidates: Blender['generateCandidates'] = (options) =>
    this.#blender.generateCandidates({ ...options, models: options.models.map((choice) => this.#choice(choice)) });

  compare: Blender['compare'] = (options) =>
    this.#blender.compare({ ...options, ranker: this.#ranker(options.ranker) });
  rank: Blender['rank'] = (options) => this.#blender.rank({ ...options, ranker: this.#ranker(options.ranker) });

  compareConversations: Blender['compareConversations'] = (options) =>
    this.#blender.compareConversations({ ...options, ranker: this.#ranker(options.ranker) });

  bestOfN = ((options: GenerateAndRankOptions) =>
    this.#blender.bestOfN({
      ...options,
      models: options.models.map((choice) => this.#choice(choice)),
      ranker: this.#ranker(options.ranker),
    })) as Blender['bestOfN'];

  // No command calls these.
  readonly rankWithReference = this.#blender.rankWithReference;
  readonly worstOfN = this.#blender.worstOfN;
  readonly topK = this.#blender.topK;
  readonly blenderModel = this.#blender.blenderModel;
  readonly rankerModel = this.#blender.rankerModel;

  fuse: Blender['fuse'] = (options) => {
    const { fuser = 'fake/fuser' } = options;
    if (typeof fuser === 'string') return this.#blender.fuse({ ...options, fuser: this.#model(fuser) });
    if ('model' in fuser && typeof fuser.model === 'string') {
      return this.#blender.fuse({ ...options, fuser: { ...fuser, model: this.#model(fuser.model) } });
    }
    return this.#blender.fuse(options);
  };

  estimateBlend: Blender['estimateBlend'] = (options) => this.#blender.estimateBlend(this.#blendOptions(options));
  estimateRank: Blender['estimateRank'] = (options) =>
    this.#blender.estimateRank({ ...options, ranker: this.#ranker(options.ranker) });
  estimateCompare: Blender['estimateCompare'] = (options) =>
    this.#blender.estimateCompare({ ...options, ranker: this.#ranker(options.ranker) });
  estimateFuse: Blender['estimateFuse'] = (options) => {
    const { fuser = 'fake/fuser' } = options;
    return this.#blender.estimateFuse(typeof fuser === 'string' ? { ...options, fuser: this.#model(fuser) } : options);
  };

  model: Blender['model'] = async (reference) => (typeof reference === 'string' ? this.#model(reference) : reference);

  async dispose(): Promise<void> {
    this.disposed += 1;
    await this.#blender.dispose();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  #blendOptions<OPTIONS extends BlendOptions>(options: OPTIONS): OPTIONS {
    const { models = Object.keys(this.#world.models ?? {}), fuser } = options;
    return {
      ...options,
      // Without models in its world it has those of its blends.
      ...(models.length === 0 ? {} : { models: models.map((choice) => this.#choice(choice)) }),
      ranker: this.#ranker(options.ranker),
      fuser: typeof fuser === 'string' ? this.#model(fuser) : fuser,
    };
  }

  #choice(choice: ModelChoice): ModelChoice {
    return typeof choice === 'string' ? this.#model(choice) : choice;
  }

  /** A name that stands for nothing goes on to the library, which says so. */
  #model(name: string): ModelObject {
    return this.#world.models?.[name] ?? (name as unknown as ModelObject);
  }

  #ranker(ranker: RankerChoice | undefined): RankerChoice | undefined {
    return ranker ?? this.#world.ranker;
  }
}

/** What a run came to. */
export interface CliRun {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line in this process. Nothing is a terminal unless given. */
export async function runInProcess(
  argv: readonly string[],
  {
    stdin = '',
    world = {},
    stdout = new StringOutput(),
    stderr = new StringOutput(),
    ...options
  }: { stdin?: string | Buffer | Readable; world?: FakeWorld; stdout?: StringOutput; stderr?: StringOutput } & Partial<
    Pick<RunCliOptions, 'env' | 'abortSignal' | 'createBlender'>
  > = {},
): Promise<CliRun> {
  const input = stdin instanceof Readable ? stdin : Readable.from(stdin === '' ? [] : [Buffer.from(stdin)]);
  const exitCode = await runCli({
    argv,
    stdin: input,
    stdout,
    stderr,
    env: {},
    abortSignal: new AbortController().signal,
    createBlender: () => new FakeBlender(world),
    ...options,
  });
  return { exitCode, stdout: stdout.text, stderr: stderr.text };
}
