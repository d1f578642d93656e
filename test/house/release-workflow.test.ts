import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

const stepSchema = z.object({ uses: z.string().optional(), run: z.string().optional() });
const jobSchema = z.object({
  needs: z.string().optional(),
  permissions: z.record(z.string(), z.string()).optional(),
  steps: z.array(stepSchema),
});
const workflowSchema = z.object({
  on: z.object({ push: z.object({ tags: z.array(z.string()) }).strict() }).strict(),
  permissions: z.record(z.string(), z.string()),
  jobs: z.object({ package: jobSchema, publish: jobSchema }).strict(),
});

const file = join(import.meta.dirname, '../../.github/workflows/release.yml');
const workflow = workflowSchema.parse(parse(await readFile(file, 'utf8')));
const jobs = workflow.jobs;
const commandsOf = ({ steps }: z.infer<typeof jobSchema>) => steps.flatMap(({ run }) => run ?? []).join('\n');

test('only a tag of a version publishes, after the tests, what they left', () => {
  expect(workflow.on.push.tags).toEqual(['v*.*.*']);
  expect(commandsOf(jobs.package)).toMatch(/GITHUB_REF_NAME[\s\S]*bash \.ci\/run[\s\S]*npm pack/);
  expect(jobs.publish.needs).toBe('package');
  expect(commandsOf(jobs.publish)).toBe('npm publish ./*.tgz --provenance --access public');
});

test('only the job that publishes may ask for an identity', () => {
  expect(workflow.permissions).toEqual({ contents: 'read' });
  expect(jobs.package.permissions).toBeUndefined();
  expect(jobs.publish.permissions).toEqual({ 'id-token': 'write' });
});

test('actions are pinned to commits', () => {
  const actions = Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ uses }) => uses ?? []));
  expect(actions.length).toBeGreaterThan(0);
  for (const action of actions) expect(action).toMatch(/^actions\/[\w-]+@[0-9a-f]{40}$/);
});
