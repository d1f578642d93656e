import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { problemsOfCompose, problemsOfKubernetes } from '../../scripts/check-deploy.ts';

const read = (file: string) => readFile(join(import.meta.dirname, '../../deploy', file), 'utf8');

test('the files for workers are whole, and name commands and options that there are', async () => {
  expect(problemsOfCompose(await read('workers-compose.yaml'))).toEqual([]);
  expect(problemsOfKubernetes(await read('workers-kubernetes.yaml'))).toEqual([]);
});

test('what is wrong with such a file is named', async () => {
  const compose = (await read('workers-compose.yaml'))
    .replace('--metrics-host, 0.0.0.0', '--metrics-hosts, 0.0.0.0')
    .replace("volumes: ['jobs:/data']", "volumes: ['job:/data']")
    .replace('--job=/data/answers', '--order=any');
  expect(problemsOfCompose(compose)).toEqual([
    'worker: worker has no option --metrics-hosts',
    'worker: there is no volume job',
    'job: ask needs --job',
  ]);
  const kubernetes = (await read('workers-kubernetes.yaml'))
    .replace('matchLabels: { app: llm-blender-worker }', 'matchLabels: { app: other }')
    .replace('args: [worker,', 'args: [work,')
    .replace('name: metrics, ', 'name: metric, ');
  expect(problemsOfKubernetes(kubernetes)).toEqual([
    'the pods have no label app',
    'there is no command work',
    'there is no port metrics',
    'there is no port metrics',
  ]);
});
