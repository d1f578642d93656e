import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { ModelLoadError } from '../../error/index.ts';
import { availableCores } from '../../util/available-cores.ts';
import { errorMessage } from '../../util/error-message.ts';
import { importOptional } from '../../util/import-optional.ts';

/** The runtime's own install step fetches GPU files from a host of its own; the CPU build needs none of them. */
const RUNTIME_INSTALL = 'npm install onnxruntime-node --ignore-scripts';

/** More threads than this wait for each other longer than they help a network of this size. */
const MAX_THREADS = 8;

/** What is used of onnxruntime-node. */
export type OnnxRuntime = Pick<typeof import('onnxruntime-node'), 'InferenceSession' | 'Tensor'>;

/** How a ranker opens a session. */
export interface SessionOptions {
  /** @default the cores this process may use, 8 at most */
  readonly threads?: number | undefined;
  /** Imports the runtime. @default onnxruntime-node @internal */
  readonly importRuntime?: (() => Promise<OnnxRuntime>) | undefined;
}

/** Options of whatever loads a ranker from a folder. */
export interface LoadRankerOptions extends SessionOptions {
  readonly folder: string;
  /** @default the folder */
  readonly name?: string;
}

/** A network, loaded. */
export interface OnnxSession<SEQUENCE> {
  /** One score for each sequence, the batch padded to `length` tokens. It does not depend on the rest of the batch. */
  score(batch: readonly SEQUENCE[], length: number): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/** Options of {@link openOnnxSession}. */
interface GraphOptions<SEQUENCE> extends SessionOptions {
  /** A path, or the graph itself. */
  readonly graph: string | Uint8Array;
  /** Name of the ranker, and the file or folder it comes from, for errors. */
  readonly reference: string;
  readonly path: string;
  /** Where the files of weights are that a graph given as bytes names. */
  readonly weightsFolder?: string;
  /** The inputs of a batch by name; those that the graph does not declare are left out. */
  readonly inputs: (batch: readonly SEQUENCE[], length: number, TensorClass: typeof Tensor) => Record<string, Tensor>;
}

/**
 * Loads a graph whose output `scores` has one number for each sequence. A ranker loads it last, when
 * nothing else can fail, so that no session is left open.
 *
 * @throws MissingDependencyError without the runtime, ModelLoadError where it refuses the graph.
 */
export async function openOnnxSession<SEQUENCE>(options: GraphOptions<SEQUENCE>): Promise<OnnxSession<SEQUENCE>> {
  const { graph, reference, path, weightsFolder, inputs } = options;
  const { threads = Math.min(MAX_THREADS, availableCores()), importRuntime = () => import('onnxruntime-node') } =
    options;
  const { InferenceSession: Session, Tensor: TensorClass } = await importOptional(importRuntime, {
    dependency: 'onnxruntime-node',
    feature: `The ranker ${reference}`,
    command: RUNTIME_INSTALL,
  });
  const settings: InferenceSession.SessionOptions = {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    // Only errors: a warning of the runtime would land in the middle of the terminal's drawing.
    logSeverityLevel: 3,
    // Batches differ in shape, so remembered layouts would only pile up.
    enableMemPattern: false,
    extra: {
      session: {
        intra_op: { allow_spinning: '0' },
        ...(weightsFolder === undefined ? {} : { model_external_initializers_file_folder_path: weightsFolder }),
      },
    },
  };
  try {
    const session = await (typeof graph === 'string'
      ? Session.create(graph, settings)
      : Session.create(graph, settings));
    return {
      async score(batch, length) {
        const known = inputs(batch, length, TensorClass);
        const wanted = session.inputNames.flatMap((name) => (known[name] ? [[name, known[name]] as const] : []));
        const { scores } = await session.run(Object.fromEntries(wanted));
        return scores?.data as Float32Array;
      },
      dispose: () => session.release(),
    };
  } catch (error) {
    throw new ModelLoadError({ reference, path, reason: errorMessage(error), cause: error });
  }
}
