import { EXIT_CODES, formatError } from './errors.ts';
import { RESTORE_TERMINAL } from './io/screen.ts';
import { runCli } from './run-cli.ts';
import { colorsFor } from './io/terminal.ts';

// The AI SDK prints warnings of providers to the console, where they would break the drawn area.
globalThis.AI_SDK_LOG_WARNINGS = false;

const { argv, stdin, stdout, stderr, env } = process;
const interrupt = new AbortController();

/** Ends at once, whatever is going on. */
function exitNow(exitCode: number): never {
  if (stderr.isTTY) stderr.write(RESTORE_TERMINAL);
  process.exit(exitCode);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (interrupt.signal.aborted) exitNow(EXIT_CODES.interrupted);
    interrupt.abort(new DOMException(`Stopped by ${signal}.`, 'AbortError'));
  });
}
process.on('uncaughtException', (error) => {
  stderr.write(formatError(error, { env, colors: colorsFor(stderr, env) }));
  exitNow(EXIT_CODES.failed);
});

const exitCode = await runCli({ argv: argv.slice(2), stdin, stdout, stderr, env, abortSignal: interrupt.signal });
// Not left to Node: a native runtime, a keep-alive socket or an open stdin may hold the process for no use.
process.exit(exitCode);
