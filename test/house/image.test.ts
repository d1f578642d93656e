import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { checkDockerfile } from '../../scripts/image/check-dockerfile.ts';
import { parseDockerfile } from '../../scripts/image/parse-dockerfile.ts';

const root = join(import.meta.dirname, '../..');
const FINAL = `ENV NODE_ENV=production
USER 1000:1000
HEALTHCHECK CMD ["true"]
ENTRYPOINT ["node"]`;

/** What is wrong with a Dockerfile in a checkout that has `src/a.ts` and `notes.txt`. */
async function problemsOf(dockerfile: string, ignored = '*\n!src\n**/*.test.ts\n'): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'image-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, 'src'));
  await mkdir(join(folder, 'tests'));
  await writeFile(join(folder, 'src/a.ts'), '');
  await writeFile(join(folder, 'tests/a.test.ts'), '');
  await writeFile(join(folder, 'notes.txt'), '');
  await writeFile(join(folder, 'Dockerfile'), dockerfile);
  await writeFile(join(folder, '.dockerignore'), ignored);
  return checkDockerfile(folder);
}

test('the Dockerfile can be built, and runs as no root', () => {
  expect(checkDockerfile(root)).toEqual([]);
});

test('the image has the Node that the tests run on', async () => {
  const { args } = parseDockerfile(await readFile(join(root, 'Dockerfile'), 'utf8'));
  const [, version] = /^node:(\d+\.\d+\.\d+)-/.exec(args['NODE_IMAGE'] ?? '') ?? [];
  expect(`^${version}`).toBe(manifest.devDependencies.node);
});

test.each([
  [`FROM node:24\n${FINAL}`, ['the image node:24 has no whole version']],
  [`FROM node:latest\n${FINAL}`, ['the image node:latest has no whole version']],
  [`ARG I=node:24.1.0-slim\nFROM \${I} AS a\nFROM a\n${FINAL}`, []],
  [`FROM node:24.1.0-slim\nCOPY src src\n${FINAL}`, []],
  [`FROM node:24.1.0-slim\nCOPY nowhere .\n${FINAL}`, ['line 2: nowhere is not in the checkout']],
  [`FROM node:24.1.0-slim\nCOPY notes.txt .\n${FINAL}`, ['line 2: .dockerignore leaves notes.txt out']],
  [`FROM node:24.1.0-slim\nCOPY tests tests\n${FINAL}`, ['line 2: .dockerignore leaves tests out']],
  [`FROM node:24.1.0-slim\nCOPY --from=none x .\n${FINAL}`, ['line 2: there is no stage none before']],
  [
    `FROM node:24.1.0-slim\nRUN a \\\n  # why\n  && b\nCMD run\n${FINAL}`,
    ['line 5: CMD is no JSON list, so that a shell would get its signals'],
  ],
  [`FROM node:24.1.0-slim\nENV API_KEY=x\n${FINAL}`, ['line 2: a secret would stay in the image: API_KEY=x']],
  [`FROM node:24.1.0-slim\n${FINAL.replace('1000:1000', 'root')}`, ['the user root is not a number above 0']],
  [
    'FROM node:24.1.0-slim',
    [
      'the user 0 is not a number above 0',
      'there is no HEALTHCHECK',
      'there is no ENTRYPOINT',
      'NODE_ENV is not production',
    ],
  ],
])('a Dockerfile with a mistake: %#', async (dockerfile, problems) => {
  expect(await problemsOf(dockerfile)).toEqual(problems);
});

test.each([
  ['RUN x', 'line 1: RUN stands before the first FROM'],
  ['FROM a\nRUN x \\', 'line 2: an instruction has no end'],
  ['FROM a\nRUNS x', 'line 2: no instruction that is known: RUNS x'],
  ['# nothing', 'there is no FROM'],
])('what is no Dockerfile is refused: %j', (text, message) => {
  expect(() => parseDockerfile(text)).toThrow(message);
});
