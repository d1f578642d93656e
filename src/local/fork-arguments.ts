/**
 * Does work during which a forked process does not inherit `--input-type`.
 *
 * Why: node-llama-cpp tries its native code in a forked process first, and Node hands its own arguments on to forks.
 * It takes `--eval` out, but not `--input-type`, without which no fork of `node --input-type=module --eval …` starts:
 * the runtime would look as if it were not installed.
 */
export async function withForkableArguments<VALUE>(work: () => Promise<VALUE>): Promise<VALUE> {
  const inherited = process.execArgv;
  process.execArgv = inherited.filter((argument) => !argument.startsWith('--input-type'));
  try {
    return await work();
  } finally {
    process.execArgv = inherited;
  }
}
