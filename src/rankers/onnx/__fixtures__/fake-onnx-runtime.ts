import { type InferenceSession, Tensor } from 'onnxruntime-node';
import type { OnnxRuntime } from '../onnx-session.ts';

/** A runtime that takes every graph and counts the sessions that are open. */
export class FakeOnnxRuntime {
  open = 0;

  readonly import = async (): Promise<OnnxRuntime> => ({
    Tensor,
    InferenceSession: {
      create: async () => {
        this.open += 1;
        return {
          inputNames: [],
          release: async () => {
            this.open -= 1;
          },
        } as unknown as InferenceSession;
      },
    },
  });
}
