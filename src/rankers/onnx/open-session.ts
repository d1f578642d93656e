import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { MissingDependencyError, ModelLoadError } from '../../error/index.ts';
import { availableCores } from '../../util/available-cores.ts';
import { errorMessage } from '../../util/error-message.ts';

/** The runtime's own install step fetches GPU files from a host of its own; the CPU build needs none of them. */
const RUNTIME_INSTALL = 'npm install onnxruntime-node --onnxruntime-node-install=skip';

/** More threads than this wait for each other longer than they help a network of this size. */
const MAX_THREADS = 8;

/** A graph, loaded, and what its inputs are made with. */
export interface OpenSession {
  readonly session: InferenceSession;
  readonly TensorClass: typeof Tensor;
}

/** Loads a graph. @throws MissingDependencyError without the runtime, ModelLoadError where it refuses the graph. */
export async function openSession({
  graph,
  reference,
  path,
  weightsFolder,
  threads = Math.min(MAX_THREADS, availableCores()),
  runtime = 'onnxruntime-node',
}: {
  /** A path, or the graph itself. */
  graph: string | Uint8Array;
  /** Name of the ranker, and the file or folder it comes from, for errors. */
  reference: string;
  path: string;
  /** Against which the names of files of weights are read where the graph comes as bytes and has no folder of its own. */
  weightsFolder?: string;
  /** @default the cores this process may use, 8 at most */
  threads?: number | undefined;
  runtime?: string | undefined;
}): Promise<OpenSession> {
  const ort = await importRuntime(runtime, reference);
  const options: InferenceSession.SessionOptions = {
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
    const { InferenceSession: Session, Tensor: TensorClass } = ort;
    const session = await (typeof graph === 'string' ? Session.create(graph, options) : Session.create(graph, options));
    return { session, TensorClass };
  } catch (error) {
    throw new ModelLoadError({ reference, path, reason: errorMessage(error), cause: error });
  }
}

/** Loads the runtime itself. */
async function importRuntime(runtime: string, reference: string): Promise<typeof import('onnxruntime-node')> {
  try {
    return (await import(runtime)) as typeof import('onnxruntime-node');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) {
      throw new ModelLoadError({ reference, path: runtime, reason: errorMessage(error), cause: error });
    }
    throw new MissingDependencyError({
      dependency: runtime,
      feature: `The ranker ${reference}`,
      command: RUNTIME_INSTALL,
      cause: error,
    });
  }
}
