// The program of a child process: loads the native binding of the runtime named by its argument, without a model. A
// file and not a text for `node --eval`: node-llama-cpp tries bindings in children of its own, which inherit the
// arguments of Node.
import { errorMessage } from '../../util/error-message.ts';
import { isPackageMissing } from '../../util/import-optional.ts';

const [, , runtime = ''] = process.argv;
try {
  if (runtime === 'onnxruntime-node') {
    // Its binding is loaded by the import.
    await import('onnxruntime-node');
  } else {
    const { getLlama } = await import('node-llama-cpp');
    await getLlama({ gpu: false, build: 'never', skipDownload: true, progressLogs: false, dryRun: true });
  }
  process.exit(0);
} catch (error) {
  if (isPackageMissing(error, runtime)) process.stdout.write('missing');
  process.stderr.write(`${errorMessage(error).split('\n', 1)[0]}\n`);
  process.exit(1);
}
